import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../src/contract/errors';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { useCommands } from './commands';

const command = useCommands();
const scratch = useScratchFolder();

const BY_BOB = ['--by', 'bob@example.com', '--reason', 'INC-7'];
const { usage, connection, evidence } = exitCodes;

/** Nothing answers there; who asks it waits for four seconds. */
const NOBODY = { TEMPORAL_ADDRESS: '127.0.0.1:1', AIVEN_WEB_URL: 'http://127.0.0.1:1', AIVEN_TOKEN: 'none' };

test.each<[string[], RegExp]>([
  [['run', 'pg', '--mode', 'fly'], /^✘ INVALID_INPUT --project is missing, and .*; "mode" must be one of/],
  [['run', 'p/pg', '--colour', 'red'], /unknown option '--colour'/],
  [['run', 'p/pg', '--embedded', '--detach'], /'--embedded' cannot be used with option '--detach'/],
  [
    ['run', 'p/pg', '--converge-timeout', 'soon', '--quiet-window', '5'],
    /"convergeTimeout" must be a duration.*"quietWindow" must be a duration/,
  ],
  [['run', 'p/pg', '--acknowledge', 'disk-usage'], /"by" must be a text/],
  [['get', "p/x' OR 'y"], /^✘ INVALID_INPUT "service" must be a name/],
  [['watch', 'pg'], /--project is missing/],
  [['approve', 'p/s', '--reason', 'x'], /INVALID_INPUT "by" must be a text; "fingerprint" must be a text\./],
  [['reject', 's'], /--project is missing.*; "by" must be a text; "reason" must be a text\./],
  [['abort', 'p/s', '--by', ' ', '--reason', 'x'], /INVALID_INPUT "by" must be a text/],
  [['decide', 'p/s', 'fly', '--by', 'bob'], /"action" must be one of wait, return-to.*; "reason" must/],
  [['decide', 'p/s', ...BY_BOB], /missing required argument 'action'/],
  [['ack', '--project', 'q', 'p/s', 'disk-usage', ...BY_BOB], /name two projects/],
  [['list', '--running', '--failed'], /cannot be used with/],
  [['list', '--limit', '0'], /a whole number from 1 on/],
  [['list', '--project', "x' OR 'y"], /^✘ INVALID_INPUT "project" must be a name/],
  [['doctor', "p/x' OR 'y"], /INVALID_INPUT/],
  [['doctor', '--project', 'p'], /names no pair without a service/],
  [['evidence', 'a/b/c'], /neither SERVICE nor PROJECT\/SERVICE/],
  [['evidence'], /missing required argument/],
  [['evidence', 'verify', '/nowhere/none.json'], /cannot be read \(ENOENT\)/],
  [['evidence', 'verify', __filename, '--head', 'abc'], /64 hexadecimal digits/],
  [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
])('what cannot be meant is refused with every fault, before anything is asked: %j', async (args, words) => {
  const { code, stdout, stderr } = await command(args, NOBODY).ended;
  expect({ code, stdout }).toEqual({ code: usage, stdout: '' });
  expect(stderr).toMatch(words);
  const json = await command([...args, '--json'], NOBODY).ended;
  expect(json).toMatchObject({ code: usage, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({ code: 'INVALID_INPUT', message: expect.stringMatching(/\S/) });
});

test.each<[string[], RegExp]>([
  [['watch', 'p/pg-nowhere'], /RUN_NOT_FOUND/],
  [['result', 'p/pg-nowhere'], /RUN_NOT_FOUND/],
  [['result', 'p/pg', '--run-id', randomUUID()], /RUN_NOT_FOUND/],
  [['result', 'p/pg', '--run-id', "x' OR 'y"], /INVALID_INPUT .* is not the id of a run/],
  [['approve', 'p/pg-nowhere', ...BY_BOB, '--fingerprint', 'abc'], /RUN_NOT_FOUND/],
  [['evidence', 'p/pg-nowhere'], /RUN_NOT_FOUND/],
  [['evidence', 'p/pg', '--run-id', randomUUID()], /RUN_NOT_FOUND/],
])('a run that is not there is said: %j', async (args, words) => {
  const { code, stderr } = await command(args, { TEMPORAL_ADDRESS: testEnvironment.temporalAddress() }).ended;
  expect({ code, stderr }).toEqual({ code: usage, stderr: expect.stringMatching(words) });
});

test('a file that is no evidence has an exit code of its own', async () => {
  const file = join(scratch(), 'file');
  await writeFile(file, 'x');
  const { code, stderr } = await command(['evidence', 'verify', file], {}).ended;
  expect({ code, stderr }).toEqual({ code: evidence, stderr: expect.stringMatching(/^✘ EVIDENCE_BROKEN /) });
});

test('a Temporal server that does not answer is said by every command, soon, in text and in JSON', async () => {
  const calls = [
    ['run', 'p/pg'],
    ['watch', 'p/pg'],
    ['result', 'p/pg'],
    ['approve', 'p/pg', ...BY_BOB, '--fingerprint', 'abc'],
    ['list'],
    ['evidence', 'p/pg'],
  ];
  const ends = await Promise.all(
    calls.map((args) =>
      Promise.all([command(args, NOBODY).ended, command([...args, '--json'], NOBODY).ended]),
    ),
  );
  for (const [text, json] of ends) {
    expect(text.code).toBe(connection);
    expect(text.stderr).toMatch(/^✘ TEMPORAL_UNREACHABLE (pg: )?Temporal at 127\.0\.0\.1:1 does not answer/);
    expect(json.code).toBe(connection);
    expect(JSON.parse(json.stdout)).toEqual({
      code: 'TEMPORAL_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  }
});
