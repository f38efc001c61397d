import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { workflowIdOf } from '../../src/client';
import { useBuild } from '../doors/build';
import { Program } from '../doors/programs';
import { useStage, writesTo } from '../doors/stage';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { type Callable, examples } from './examples';

const ASKED_BY = 'ops@example.com';
const APPROVER = 'lead@example.com';
const INPUT = { approval: 'required', settleWindow: '0s' };

// On a busy machine each program takes seconds to begin.
jest.setTimeout(120_000);

const scratch = useScratchFolder();
useBuild();
const stage = useStage({ pairs: 12 });

describe.each(examples())('examples/$name', ({ name, lacks, prepare, blocked, unreachable }) => {
  const testHere = lacks === undefined ? test : test.skip;
  const started: Program[] = [];
  let example: Callable;

  beforeAll(async () => {
    if (lacks !== undefined) return;
    await mkdir(join(scratch(), name));
    example = prepare(join(scratch(), name));
  });
  afterEach(async () => {
    // Only a test that failed leaves one.
    const left = started.splice(0).filter(({ hasEnded }) => !hasEnded);
    await Promise.all(left.map((program) => program.kill('SIGKILL')));
  });

  /** The example as a process, with this more in the input of the run. */
  function run(args: string[], input: object = INPUT, env = {}): Program {
    const { address, taskQueue } = stage();
    const program = new Program(
      example.file,
      args,
      {
        TEMPORAL_ADDRESS: address,
        TEMPORAL_HTTP_URL: testEnvironment.temporalHttpUrl(),
        SWITCHBACK_TASK_QUEUE: taskQueue,
        SWITCHBACK_INPUT: JSON.stringify(input),
        REQUESTED_BY: ASKED_BY,
        REASON: 'INC-123',
        ...example.env,
        ...env,
      },
      example.interpreter,
    );
    started.push(program);
    return program;
  }

  testHere(
    'starts a run and says who may answer; called again it follows, approves, and ends well',
    async () => {
      const { project, freshPair } = stage();
      const pair = freshPair();
      const target = [project, pair.primary];
      const first = run(target);
      await first.prints(new RegExp(`^Started ${workflowIdOf(project, pair.primary)}\\.`));
      const asked = `switchback approve ${project}/${pair.primary} --fingerprint ([0-9a-f]{12}) `;
      const [, fingerprint] = await first.prints(new RegExp(asked));

      // What the run refuses ends the command, and not the run.
      const refused = await run([...target, ASKED_BY]).ended;
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('a second person must approve it (four eyes)');
      expect(writesTo(pair)).toEqual([]);

      const second = await run([...target, APPROVER], { ...INPUT, convergeTimeout: '5m' }).ended;
      const ended = await first.ended;
      expect([ended.code, second.code]).toEqual([0, 0]);
      expect(second.stdout).toContain(`Following ${workflowIdOf(project, pair.primary)}, which is going on`);
      expect(second.stdout).toContain(
        'not as you asked: convergeTimeout: 5 min was asked for, the run has 30 min',
      );
      expect(second.stdout).toContain(`approved: ${APPROVER}, fingerprint ${fingerprint}`);
      for (const { stdout } of [ended, second]) {
        expect(stdout).toMatch(
          new RegExp(`^switched-back: ${pair.primary} is active and .*\nnext: Check `, 'm'),
        );
      }
      expect(writesTo(pair)).toMatchObject([{ effect: 'role-change' }]);
    },
  );

  testHere('ends with the reason on the screen when the pair is blocked', async () => {
    const { project, freshPair } = stage();
    const pair = freshPair();
    const { code, stdout, stderr } = await run([project, pair.recovery, APPROVER]).ended;
    expect(code).toBe(blocked);
    expect(stdout + stderr).toMatch(/BLOCKED\)?: .*named-is-primary/);
    expect(stdout + stderr).toContain(`is the recovery end; the primary is ${pair.primary}`);
    expect(writesTo(pair)).toEqual([]);
  });

  testHere('says what is wrong with its arguments, with the input, or with the server', async () => {
    const { project, freshPair } = stage();
    const { primary } = freshPair();
    const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_HTTP_URL: 'http://127.0.0.1:1' };
    const [noService, faulty, noServer] = await Promise.all([
      run([project]).ended,
      run([project, primary], { colour: 'red' }).ended,
      run([project, primary], INPUT, nowhere).ended,
    ]);
    expect(noService).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: REASON=INC-123 ') });
    expect(faulty.code).not.toBe(0);
    expect(faulty.stdout + faulty.stderr).toContain('"colour" is not a known field');
    expect(noServer).toMatchObject({ code: unreachable, stderr: expect.stringContaining('127.0.0.1:1') });
    expect(stage().lab.requests(primary)).toEqual([]);
  });
});
