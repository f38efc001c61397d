import { status as grpcStatus } from '@grpc/grpc-js';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import type { TemporalConfig } from '../config/temporal';
import { SwitchbackError } from '../contract/errors';
import { attributeTypes } from '../contract/search-attributes';
import { attributeValueTypes, commandsFor, missingByQuery } from '../hosting/search-attributes';
import { rootCause } from '../util/root-cause';
import { connectToTemporal } from '../util/temporal-connection';
import { ask, type Finding, LIMIT_MS, type Question, skip } from './ask';
import { BUDGET, type BudgetAsked, examineBudget } from './budget';
import { throughProxy } from './network';
import type { DoctorCheck } from './report';
import { examineWorkers, WORKER_QUESTIONS } from './workers';

/** What a server says to whoever may not ask. */
const DENIED = [grpcStatus.PERMISSION_DENIED, grpcStatus.UNAUTHENTICATED, grpcStatus.UNIMPLEMENTED];

const REACHABLE: Question = {
  id: 'temporal-reachable',
  group: 'temporal',
  title: 'server',
  remedy:
    'Check TEMPORAL_ADDRESS, TLS and API key. Without a server: `switchback run --embedded` brings its own, with a worker.',
};

const NAMESPACE: Question = {
  id: 'temporal-namespace',
  group: 'temporal',
  title: 'namespace',
  remedy: 'Set TEMPORAL_NAMESPACE to one that is there, and that these credentials may use.',
};

const ATTRIBUTES: Question = {
  id: 'search-attributes',
  group: 'temporal',
  title: 'search attributes',
  remedy: '',
};

/** Temporal itself, and what a run needs in it. */
export async function examineTemporal(
  config: TemporalConfig | undefined,
  taskQueue: string,
  budget: BudgetAsked | undefined,
): Promise<DoctorCheck[]> {
  if (config === undefined) {
    const why = 'the settings of Temporal cannot be used';
    return [REACHABLE, NAMESPACE, ATTRIBUTES, ...WORKER_QUESTIONS, BUDGET].map((question) =>
      skip(question, why),
    );
  }
  let connection: Connection | undefined;
  const reachable = await ask(REACHABLE, async () => {
    connection = await open(config);
    return { verdict: 'ok', observed: `${config.summary}${throughProxy(`https://${config.address}`)}` };
  });
  if (connection === undefined) {
    const rest = [NAMESPACE, ATTRIBUTES, ...WORKER_QUESTIONS, BUDGET];
    return [reachable, ...rest.map((question) => skip(question, 'Temporal cannot be reached'))];
  }
  try {
    return [reachable, ...(await examineNamespace(connection, config.namespace, taskQueue, budget))];
  } finally {
    await connection.close();
  }
}

async function open({ address, connectionOptions }: TemporalConfig): Promise<Connection> {
  try {
    return await connectToTemporal({ ...connectionOptions, connectTimeout: LIMIT_MS - 500 });
  } catch (error) {
    const whom = `${address}${throughProxy(`https://${address}`)}`;
    throw new SwitchbackError('TEMPORAL_UNREACHABLE', `${whom} does not answer: ${whyOf(error)}`);
  }
}

/** The SDK's own words hold no credential. */
function whyOf(error: unknown): string {
  const root = rootCause(error);
  if (isGrpcServiceError(root)) return root.details;
  return root instanceof Error ? root.message : String(root);
}

async function examineNamespace(
  connection: Connection,
  namespace: string,
  taskQueue: string,
  asked: BudgetAsked | undefined,
): Promise<DoctorCheck[]> {
  const isThere = await ask(NAMESPACE, async () => {
    await connection.workflowService.describeNamespace({ namespace });
    return { verdict: 'ok', observed: namespace };
  });
  if (isThere.verdict === 'fail') {
    const rest = [ATTRIBUTES, ...WORKER_QUESTIONS, BUDGET];
    return [isThere, ...rest.map((question) => skip(question, 'the namespace cannot be used'))];
  }
  const [attributes, workers, budget] = await Promise.all([
    ask(ATTRIBUTES, () => judgeAttributes(connection, namespace)),
    examineWorkers(connection, namespace, taskQueue),
    examineBudget(connection, namespace, asked),
  ]);
  return [isThere, attributes, ...workers, budget];
}

async function judgeAttributes(connection: Connection, namespace: string): Promise<Finding> {
  const names = Object.keys(attributeTypes);
  const commands = (missing: readonly string[]) => commandsFor(namespace, missing).join('; ');
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => !Object.hasOwn(customAttributes, name));
    const mistyped = names.filter((name) => {
      const type = attributeTypes[name];
      return !missing.includes(name) && type && customAttributes[name] !== attributeValueTypes[type];
    });
    if (missing.length + mistyped.length === 0)
      return { verdict: 'ok', observed: `all ${names.length} are registered` };
    if (missing.length === 0) {
      const remedy = 'Remove what has that name, or use another namespace: the type cannot be changed.';
      return {
        verdict: 'fail',
        observed: `of another type than switchback's: ${mistyped.join(', ')}`,
        remedy,
      };
    }
    const remedy = `Start a worker, which registers them; where it may not: ${commands(missing)}`;
    return { verdict: 'fail', observed: `not registered: ${missing.join(', ')}`, remedy };
  } catch (error) {
    if (!isGrpcServiceError(error) || !DENIED.includes(error.code)) throw error;
    const missing = await missingByQuery(connection, namespace);
    if (missing.length === 0) return { verdict: 'ok', observed: `all ${names.length} can be searched by` };
    const observed = `these credentials may not list them, and a search finds none called ${missing.join(', ')}`;
    return { verdict: 'fail', observed, remedy: `Run: ${commands(missing)}` };
  }
}
