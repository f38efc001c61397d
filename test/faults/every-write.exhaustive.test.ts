import type { Change, FaultInput } from '../../lab/src/lab';
import type { Procedure } from '../../src/contract/procedure';
import { Turns } from '../support/turns';
import { DIALECTS, type Ended, type Scenario, useHarness } from '../workflows/harness';

/** A write that begins a procedure: switchbacks have the matrix of their own. */
interface FirstWrite {
  procedure: Procedure;
  /** Where the pair begins. */
  away?: 'failed-over';
  /** As somebody else does the same. */
  byAnother: (it: Scenario) => Change;
  refused: string;
  /** Of a run whose write had its effect, and of one in which somebody else's had. */
  done: string;
  already: string;
}

const WRITES: FirstWrite[] = [
  {
    procedure: 'switchover',
    byAnother: (it) => ({ kind: 'promote', service: it.pair.recovery, actor: 'somebody@example.com' }),
    refused: 'PROMOTE_REFUSED',
    done: 'switched-over',
    already: 'already-recovery',
  },
  {
    procedure: 'failover',
    byAnother: (it) => ({ kind: 'fail', service: it.pair.primary, actor: 'somebody@example.com' }),
    refused: 'FAILOVER_REFUSED',
    done: 'failed-over',
    already: 'already-failed-over',
  },
  {
    procedure: 'failback',
    away: 'failed-over',
    byAnother: (it) => ({ kind: 'rebuild', service: it.pair.primary, actor: 'somebody@example.com' }),
    refused: 'REBUILD_REFUSED',
    done: 'rebuilt',
    already: 'already-rebuilt',
  },
];

/** What meets the write on its way; its effect, and how often it is sent. */
const AT_THE_WRITE: [name: string, fault: FaultInput['do'], sent: number][] = [
  ['the reply is lost after the write was applied', { type: 'lose-reply' }, 1],
  ['the request is lost before it was applied', { type: 'reset', when: 'before' }, 2],
  ['the connection is reset after it was applied', { type: 'reset', when: 'after' }, 1],
  ['500 before it was applied', { type: 'status', status: 500, when: 'before' }, 2],
  ['500 after it was applied', { type: 'status', status: 500, when: 'after' }, 1],
  ['502 with an HTML body, before it was applied', { type: 'html', when: 'before' }, 2],
  ['502 with an HTML body, after it was applied', { type: 'html', when: 'after' }, 1],
  ['503 with Retry-After', { type: 'status', status: 503, when: 'before', retryAfter: 1 }, 2],
  ['the JSON of the reply is cut', { type: 'cut-json' }, 1],
];
const REFUSALS = [403, 409] as const;
/** It slows down all that its worker asks the API. */
const TOO_MANY = { type: 'status', status: 429, when: 'before', retryAfter: 1 } as const;

const ANSWERS = {
  acknowledge: ['recent-change', 'alerts'].map((check) => ({ check, by: 'ops', reason: 'INC-9' })),
  quietWindow: '3s',
};

/** Runs under way at a time: each one mostly waits, but all of them at once would wait for the processor. */
const turns = new Turns(12);
const LONGEST_MS = 240_000;

/** Starts the run, and has a failover approved. */
function run(it: Scenario, write: FirstWrite): Promise<Ended> {
  return turns.take(() => play(it, write));
}

async function play(it: Scenario, { procedure, away }: FirstWrite): Promise<Ended> {
  if (away !== undefined) it.isAway(away);
  if (procedure !== 'failover') return it.run(ANSWERS);
  const words = { requestedBy: 'ops@example.com', reason: 'INC-9' };
  await it.start({ ...ANSWERS, ...words, confirm: it.pair.primary, drill: true });
  const { plan } = await it.until('it asks', ({ phase }) => phase === 'approval');
  const fingerprint = plan?.fingerprint ?? '';
  const second = { by: 'lead@example.com', reason: 'INC-9', fingerprint, service: it.pair.primary };
  await it.harness.client.approve(it.workflowId, second);
  return it.end();
}

/** How the move of this write ended: in a failback, the rebuild. */
const outcomeOf = ({ report }: Ended) => report.legs?.[0]?.outcome ?? report.outcome;
/** Those of the move itself: in a failback, the way home follows. */
const firstMove = (all: readonly string[], { procedure }: FirstWrite) =>
  procedure === 'failback' ? all.slice(0, -1) : all;

describe.each(DIALECTS)('in the %s dialect', (dialect) => {
  describe.each(WRITES)('the write of a $procedure', (write) => {
    const { scenario } = useHarness({ dialect, state: 'fresh', transitionMs: 1_000 }, write.procedure);
    const rechecks = write.procedure === 'failover' ? 1 : 0;

    const met = AT_THE_WRITE.map(([, fault]) =>
      scenario((it) => {
        it.faultOnWrite(fault);
        return run(it, write);
      }),
    );

    test.each(AT_THE_WRITE.map(([name, , sent], index) => ({ name, sent, index })))(
      'has one effect: $name',
      async ({ sent, index }) => {
        const ended = await (met[index] as () => Promise<Ended>)();
        const { scenario: it, effective, writes } = ended;
        expect(outcomeOf(ended)).toBe(write.done);
        expect(firstMove(effective, write)).toEqual([it.target]);
        expect(
          firstMove(
            writes.map(() => ''),
            write,
          ),
        ).toHaveLength(sent);
      },
    );

    const alone = useHarness(
      { dialect, state: 'fresh', transitionMs: 1_000, ownWorker: true },
      write.procedure,
    );
    const tooMany = alone.scenario((it) => {
      it.faultOnWrite(TOO_MANY);
      return run(it, write);
    });

    test('has one effect: 429', async () => {
      const ended = await tooMany();
      expect(outcomeOf(ended)).toBe(write.done);
      expect(firstMove(ended.effective, write)).toEqual([ended.scenario.target]);
      expect(
        firstMove(
          ended.writes.map(() => ''),
          write,
        ),
      ).toHaveLength(2);
    });

    const refusals = REFUSALS.map((status) =>
      scenario((it) => {
        it.faultOnWrite({ type: 'status', status, when: 'before' });
        return run(it, write);
      }),
    );

    test.each(REFUSALS.map((status, index) => ({ status, index })))(
      'has none when the API refuses it with $status',
      async ({ index }) => {
        const { code, effective, writes } = await (refusals[index] as () => Promise<Ended>)();
        expect({ code, effective, writes: writes.length }).toEqual({
          code: write.refused,
          effective: [],
          writes: 1,
        });
      },
    );

    const another = scenario((it) => {
      it.changeBeforeWrite(write.byAnother(it), rechecks);
      return run(it, write);
    });

    test('is not sent when somebody else has done the same since the checks', async () => {
      const ended = await another();
      expect(outcomeOf(ended)).toBe(write.already);
      expect(
        firstMove(
          ended.writes.map(() => ''),
          write,
        ),
      ).toEqual([]);
    });

    const drifted = scenario((it) => {
      const change = { kind: 'override', service: it.pair.recovery, set: { plan: 'business-8' } } as const;
      it.changeBeforeWrite(change, rechecks);
      return run(it, write);
    });

    test('is not sent when the other service was changed since the checks', async () => {
      const { code, writes } = await drifted();
      expect(code).toBe('DRIFTED');
      expect(writes).toEqual([]);
    });
  });
});

// The last ones wait for their turn.
jest.setTimeout(LONGEST_MS);
