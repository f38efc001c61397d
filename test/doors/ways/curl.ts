import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ApproveInput, SwitchbackReport, SwitchbackStatus } from '../../../src/client';
import { until } from '../until';
import { type Answer, FAULTY_JSON, type Target, type Way } from './way';

const COMPLETED = 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED';
const CLOSE_EVENT = 'HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT';

/** The parts of Temporal's answers that are looked at. */
interface Reply {
  message?: string;
  queryResult?: [SwitchbackStatus];
  outcome?: { success?: unknown[]; failure?: { message: string } };
  history?: {
    events?: {
      workflowExecutionCompletedEventAttributes?: { result: [SwitchbackReport] };
      workflowExecutionFailedEventAttributes?: { failure: { message: string } };
    }[];
  };
}

/** Temporal's HTTP API, by curl. */
export class ByCurl implements Way {
  readonly twice = /^409: Workflow execution is already running\./;
  readonly faulty = FAULTY_JSON;

  constructor(private readonly httpUrl: string) {}

  async start(target: Target, input: object): Promise<Answer> {
    const { status, reply } = await this.#ask('POST', target, '', {
      workflowType: { name: 'switchbackWorkflow' },
      taskQueue: { name: target.taskQueue },
      input: [input],
    });
    return { ok: status === 200, text: `${status}: ${reply.message ?? 'started'}` };
  }

  asked(target: Target): Promise<string> {
    return until('it asks for an approval', async () => {
      const { reply } = await this.#ask('POST', target, '/query/status', {});
      const answers = reply.queryResult?.[0].answers ?? [];
      return answers.find(({ update }) => update === 'approve')?.payload.fingerprint;
    });
  }

  async approve(target: Target, payload: ApproveInput): Promise<Answer> {
    const { status, reply } = await this.#ask('POST', target, '/update/approve', {
      request: { meta: { identity: 'curl' }, input: { args: [payload] } },
      waitPolicy: { lifecycleStage: COMPLETED },
    });
    const { success, failure } = reply.outcome ?? {};
    return { ok: success !== undefined, text: failure?.message ?? JSON.stringify(success ?? status) };
  }

  end(target: Target): Promise<Answer> {
    const path = `/history?waitNewEvent=true&historyEventFilterType=${CLOSE_EVENT}`;
    return until('it ends', async () => {
      const { reply } = await this.#ask('GET', target, path);
      const event = reply.history?.events?.[0];
      if (event === undefined) return undefined;
      const report = event.workflowExecutionCompletedEventAttributes?.result[0];
      const failure = event.workflowExecutionFailedEventAttributes?.failure;
      return {
        ok: report !== undefined,
        text: report?.headline ?? failure?.message ?? JSON.stringify(event),
      };
    });
  }

  async close(): Promise<void> {}

  async #ask(method: string, { workflowId }: Target, path: string, body?: object) {
    const url = `${this.httpUrl}/api/v1/namespaces/default/workflows/${workflowId}${path}`;
    const data = body === undefined ? [] : ['--data', JSON.stringify(body)];
    const args = [
      '--silent',
      '--show-error',
      '--write-out',
      '\n%{http_code}',
      '--request',
      method,
      ...data,
      url,
    ];
    const { stdout } = await promisify(execFile)('curl', args, { maxBuffer: 10_000_000 });
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end)), reply: JSON.parse(stdout.slice(0, end)) as Reply };
  }
}
