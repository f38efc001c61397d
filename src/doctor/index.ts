import { AivenClient } from '../aiven';
import type { Read } from '../config/environment';
import { type ConfigSurvey, surveyConfig } from '../config/survey';
import { version } from '../version';
import { reachApi } from './api';
import { LIMIT_MS } from './ask';
import type { BudgetAsked } from './budget';
import { examineDatabases } from './databases';
import { examineEvidence } from './evidence';
import { examineMachine } from './machine';
import { examinePairs, type NamedPair } from './pairs';
import type { DoctorCheck, DoctorReport } from './report';
import { examineSinks } from './sinks';
import { examineTemporal } from './temporal';
import { examineToken } from './token';

export type { NamedPair } from './pairs';
export type { DoctorCheck, DoctorGroup, DoctorReport, DoctorVerdict } from './report';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Looks at everything that a switchback needs, all at once, each within its time limit. Never throws, changes nothing,
 * and repeats no secret.
 *
 * @param pair default: every pair to whose databases access is configured.
 */
export async function diagnose(env: Env, pair?: NamedPair): Promise<DoctorReport> {
  const config = surveyConfig(env);
  const databases = partOf(config.databases);
  const pairs = pair === undefined ? (databases?.names ?? []).map(pairOfName) : [pair];
  const found = await Promise.all([
    examineMachine(config.faults),
    examineApi(config, pairs),
    examineTemporal(partOf(config.temporal), config.taskQueue, budgetOf(config)),
    examineDatabases(databases, pairs),
    examineEvidence('value' in config.evidence ? config.evidence : undefined),
    examineSinks(partOf(config.sinks)),
  ]);
  return conclude(found.flat());
}

function conclude(checks: DoctorCheck[]): DoctorReport {
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  if (failed.length === 0) return { ok: true, version, checks };
  const isConfiguration = failed.some(({ id }) => id === 'configuration');
  return { ok: false, code: isConfiguration ? 'CONFIG_INVALID' : 'NOT_READY', version, checks };
}

async function examineApi(config: ConfigSurvey, pairs: readonly NamedPair[]): Promise<DoctorCheck[]> {
  const baseUrl = partOf(config.baseUrl);
  const token = partOf(config.token);
  // A token is shown only to what answers as the API does.
  const reached = await reachApi(baseUrl);
  const aiven = reached.isThere && token !== undefined ? clientOf(baseUrl, token) : undefined;
  const lacks = token === undefined ? 'there is no token' : 'the API cannot be reached';
  try {
    const ofToken = await examineToken(aiven ?? { lacks });
    const isRefused = ofToken.some(({ id, verdict }) => id === 'token-accepted' && verdict === 'fail');
    const ofPairs = await examinePairs(
      isRefused ? { lacks: 'the token is not accepted' } : (aiven ?? { lacks }),
      pairs,
    );
    return [...reached.checks, ...ofToken, ...ofPairs];
  } finally {
    await aiven?.close();
  }
}

function clientOf(baseUrl: string | undefined, token: () => Promise<string>): AivenClient {
  return new AivenClient({
    baseUrl,
    token,
    userAgent: `switchback/${version}`,
    requestTimeoutMs: LIMIT_MS,
  });
}

function budgetOf({ apiRate, baseUrl, token }: ConfigSurvey): BudgetAsked | undefined {
  if ('faults' in apiRate || 'faults' in baseUrl || 'faults' in token) return undefined;
  return { rate: apiRate.value, baseUrl: baseUrl.value, token: token.value };
}

function pairOfName(name: string): NamedPair {
  const [project = '', service = ''] = name.split('/');
  return { project, service };
}

function partOf<T>(read: Read<T>): T | undefined {
  return 'value' in read ? read.value : undefined;
}
