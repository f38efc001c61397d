import {
  type ApproveInput,
  SwitchbackClient,
  SwitchbackError,
  type SwitchbackInput,
} from '../../../src/client';
import { type Answer, FAULTY_JSON, type Target, type Way } from './way';

/** The TypeScript client. */
export class ByClient implements Way {
  readonly twice = /^ALREADY_RUNNING: .* is going on already; nothing was started\.$/;
  readonly faulty = FAULTY_JSON;

  constructor(private readonly address: string) {}

  start({ workflowId, taskQueue }: Target, input: object): Promise<Answer> {
    return this.#with(taskQueue, async (client) => {
      await client.start(input as SwitchbackInput, { workflowId });
      return 'started';
    });
  }

  async asked({ workflowId, taskQueue }: Target): Promise<string> {
    const { text } = await this.#with(taskQueue, async (client) => {
      for await (const { answers = [] } of client.watch(workflowId, { pollMs: 100 })) {
        const approval = answers.find(({ update }) => update === 'approve');
        if (approval?.payload.fingerprint) return approval.payload.fingerprint;
      }
      throw new Error('it ended without asking');
    });
    return text;
  }

  approve({ workflowId, taskQueue }: Target, payload: ApproveInput): Promise<Answer> {
    return this.#with(taskQueue, async (client) => {
      const { verdict, by } = await client.approve(workflowId, payload);
      return `${verdict} by ${by}`;
    });
  }

  end({ workflowId, taskQueue }: Target): Promise<Answer> {
    return this.#with(taskQueue, async (client) => (await client.result(workflowId)).headline);
  }

  async close(): Promise<void> {}

  async #with(taskQueue: string, work: (client: SwitchbackClient) => Promise<string>): Promise<Answer> {
    const client = await SwitchbackClient.connect({ address: this.address, taskQueue });
    try {
      return { ok: true, text: await work(client) };
    } catch (error) {
      if (error instanceof SwitchbackError) return { ok: false, text: `${error.code}: ${error.message}` };
      throw error;
    } finally {
      await client.close();
    }
  }
}
