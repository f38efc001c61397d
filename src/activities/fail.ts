import { type AivenClient, FailoverWarrant } from '../aiven';
import type { FailInput } from '../contract/write';
import { hasFailed, mayFail } from '../rules/moves';
import type { Consent } from './consent';
import type { Write } from './write-once';

/** The write that has the primary fail for good, so that the recovery service becomes active. It destroys the primary. */
export function failing(client: AivenClient, input: FailInput): Write {
  const { pair, expected, drill = false, rehearse = false } = input;
  const { project, primary: service } = pair;
  return {
    pair,
    move: 'failover',
    isUndo: false,
    side: 'primary',
    doing: `failing ${service} over`,
    past: 'failed over',
    done: 'failed',
    expected,
    rehearse,
    isDone: hasFailed,
    isAllowed: ({ observed }) => mayFail(observed, drill),
    send: (options, { failover }: Consent) => {
      // Without it the constructor refuses.
      const warrant = new FailoverWarrant({ project, service, ...(failover ?? NOBODY) });
      return client.fail(project, service, warrant, options);
    },
  };
}

const NOBODY = { typed: ['', ''], requestedBy: '', approvedBy: '', reason: '' } as const;
