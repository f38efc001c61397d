import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { buildBundle, bytesOf, type History } from '../../src/evidence';
import { canonical, sha256 } from '../../src/evidence/canonical';
import { masked } from '../../src/evidence/mask';
import { baseNameOf } from '../../src/evidence/names';
import { bundleOf, RECORDED, RUN, recorded } from './fixtures';

/** What of a history was there while its run ended: nothing after the begin of the last workflow task. */
function atTheEnd(history: History, keepsTask: boolean): History {
  const events = history.events ?? [];
  const task = events.findLastIndex((event) => event.workflowTaskStartedEventAttributes);
  return { events: events.slice(0, keepsTask ? task + 1 : task - 1) };
}

test.each(RECORDED)('%s: what is made while the run ends is what is made later, byte for byte', (name) => {
  const later = bundleOf(name);
  expect(later.report).toBeDefined();
  // The begin of a task that an update caused is not in history until the task is over.
  for (const keepsTask of [true, false]) {
    const atEnd = buildBundle(atTheEnd(recorded(name), keepsTask), RUN, later.report);
    expect(bytesOf(atEnd).equals(bytesOf(later))).toBe(true);
  }
});

test('where the evidence is kept is no part of it', () => {
  const { report } = bundleOf('blocked');
  if (report === undefined) throw new Error('there is no report');
  const withField = { ...report, evidence: { head: 'x', json: 'y', page: 'z' } };
  const history = atTheEnd(recorded('blocked'), true);
  expect(buildBundle(history, RUN, withField).chain.head).toBe(bundleOf('blocked').chain.head);
});

test.each(RECORDED)('%s: every entry is a fact that can be read', (name) => {
  const { entries } = bundleOf(name);
  expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
  const times = entries.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
  expect(entries[0]).toMatchObject({ kind: 'input', data: { workflowType: 'switchbackWorkflow' } });
  expect(entries.at(-1)).toMatchObject({ kind: 'seal' });
  expect(entries.filter(({ kind }) => kind === 'other')).toEqual([]);
  expect(JSON.stringify(entries)).not.toMatch(/undecodable|EVENT_TYPE/);
});

test('an activity says what was asked, by whom it was done, and what came back', () => {
  const promote = bundleOf('approved').entries.find(({ data }) => data.name === 'promote');
  expect(promote).toMatchObject({
    kind: 'activity',
    title: 'point of no return: promote pg-demo-2',
    data: {
      input: { pair: { primary: 'pg-demo-2' }, target: 'primary' },
      attempt: 1,
      worker: 'recorder',
      ended: 'completed',
      result: { outcome: 'accepted', requests: { writes: 1 } },
    },
  });
  expect(Date.parse(String(promote?.data.endedAt))).toBeGreaterThan(Date.parse(promote?.at ?? ''));
});

test('people and the lock are there: an update, a cancellation, a child, an activity that was given up', () => {
  const of = (name: string, kind: string) => bundleOf(name).entries.filter((entry) => entry.kind === kind);
  expect(of('approved', 'update')).toMatchObject([
    {
      title: 'Update approve',
      data: { input: { by: 'lead@example.com' }, ended: 'completed', result: { verdict: 'approved' } },
    },
  ]);
  expect(of('approved', 'child')).toMatchObject([
    { data: { workflowType: 'pairLockWorkflow', ended: 'open' } },
  ]);
  const late = 'cancelled-late-and-accepted';
  expect(of(late, 'cancel')).toMatchObject([{ data: { from: 'recorder' } }]);
  expect(of(late, 'external')).toMatchObject([{ data: { ended: 'delivered' } }]);
  expect(of(late, 'child')).toMatchObject([{ data: { ended: 'cancelled' } }]);
  expect(of(late, 'activity').map(({ data }) => data.ended)).toContain('open');
  expect(of(late, 'timer').map(({ data }) => data.ended)).toEqual(['fired', 'cancelled']);
});

/** A history as tools write it, with its events in short. */
function history(...events: Record<string, unknown>[]): History {
  const start = {
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    workflowExecutionStartedEventAttributes: { workflowType: { name: 'switchbackWorkflow' } },
  };
  return historyFromJSON({
    events: [start, ...events].map((event, index) => ({
      eventId: String(index + 1),
      eventTime: new Date(1_764_000_000_000 + index * 1_000).toISOString(),
      ...event,
    })),
  });
}
const payload = (encoding: string, data: string) => ({
  metadata: { encoding: Buffer.from(encoding).toString('base64') },
  data: Buffer.from(data).toString('base64'),
});

test('what came in the very millisecond in which the last task began counts only if it came before', () => {
  const signal = (signalName: string) => ({
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED',
    eventTime: '2025-11-24T16:00:09.000Z',
    workflowExecutionSignaledEventAttributes: { signalName },
  });
  const task = {
    eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED',
    eventTime: '2025-11-24T16:00:09.000900Z',
    workflowTaskStartedEventAttributes: {},
  };
  const { report } = bundleOf('blocked');
  if (report === undefined) throw new Error('there is no report');
  const ended = { ...report, endedAt: '2025-11-24T16:00:09.000Z' };
  const { entries } = buildBundle(history(signal('in time'), task, signal('too late')), RUN, ended);
  expect(entries.map(({ title }) => title).slice(1, -1)).toEqual(['Signal in time']);
});

test('a run without a report says so, and how it ended; one that is going on, how far it was seen', () => {
  const terminated = buildBundle(
    history({
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED',
      workflowExecutionTerminatedEventAttributes: { reason: 'wrong pair', identity: 'ops@desk' },
    }),
    RUN,
  );
  expect(terminated).not.toHaveProperty('report');
  expect(terminated.run).toMatchObject({ status: 'terminated', endedAt: '2025-11-24T16:00:01.000Z' });
  expect(terminated.entries[1]).toMatchObject({
    kind: 'end',
    data: { reason: 'wrong pair', from: 'ops@desk' },
  });
  const running = buildBundle(history(), RUN);
  expect(running.run).toMatchObject({ status: 'running', seenUntil: '2025-11-24T16:00:00.000Z' });
  expect(running.run).not.toHaveProperty('endedAt');
});

test('the causes of a failure are sentences; what nobody can decode is a note', () => {
  const { entries } = buildBundle(
    history(
      {
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
        activityTaskScheduledEventAttributes: {
          activityType: { name: 'verify' },
          input: { payloads: [payload('binary/encrypted', 'secret'), payload('json/plain', '{broken')] },
        },
      },
      {
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_FAILED',
        activityTaskFailedEventAttributes: {
          scheduledEventId: '2',
          failure: {
            message: 'the API said no',
            applicationFailureInfo: { type: 'AIVEN' },
            cause: { message: 'socket closed' },
          },
        },
      },
      {
        eventType: 'EVENT_TYPE_NEXUS_OPERATION_SCHEDULED',
        nexusOperationScheduledEventAttributes: { operation: 'x' },
      },
    ),
    RUN,
  );
  expect(entries[1]?.data).toMatchObject({
    ended: 'failed',
    failure: ['AIVEN: the API said no', 'socket closed'],
    input: [
      { undecodable: 'binary/encrypted', bytes: 6, sha256: sha256('secret') },
      { undecodable: 'json/plain', bytes: 7 },
    ],
  });
  expect(entries[2]).toMatchObject({ kind: 'other', title: 'nexus operation scheduled' });
});

test('the canonical form is RFC 8785: keys by their UTF-16 units, no white space, numbers as ECMAScript has them', () => {
  const value = JSON.parse(
    '{"b":[1.50,1e30,-0,null,true],"10":"é\\u0007","9":"\\ud800","__proto__":{"a":1},"€":"\\/","":0}',
  );
  expect(canonical(value)).toBe(
    '{"":0,"10":"é\\u0007","9":"\\ud800","__proto__":{"a":1},"b":[1.5,1e+30,0,null,true],"€":"/"}',
  );
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
(hasPython ? test : test.skip)('another program computes the same hashes', () => {
  const bundle = bundleOf('returned-to-recovery');
  const script = `
import hashlib, json, sys
previous = '0' * 64
for entry in json.load(sys.stdin)['entries']:
    claimed = entry.pop('hash')
    assert entry['previous'] == previous
    text = json.dumps(entry, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    previous = hashlib.sha256(text.encode()).hexdigest()
    assert previous == claimed, entry['n']
print(previous)`;
  const head = execFileSync('python3', ['-c', script], { input: bytesOf(bundle), encoding: 'utf8' });
  expect(head.trim()).toBe(bundle.chain.head);
});

test.each([
  ['postgres://avnadmin:s3cr/et@:x@pg.example:1/db?a=b', 'postgres://avnadmin:***@pg.example:1/db?a=b'],
  [
    'see https://user:pw@host/p and https://host:443/path?to=a@b',
    'see https://user:***@host/p and https://host:443/path?to=a@b',
  ],
  ['host=a password=hunter2 user=b', 'host=a password=*** user=b'],
  ["host=a password='hunter2' user=b", 'host=a password=*** user=b'],
  ['host=a password=hun,ter;2 user=b', 'host=a password=*** user=b'],
  ['its password is AVNS_a1-B2_c3.', 'its password is AVNS_***.'],
  ['authorization: aivenv1 0123456789abcdef0123', 'authorization: aivenv1 ***'],
  ['ops@example.com asked: why?', 'ops@example.com asked: why?'],
])('of %s nothing secret is kept, and the same again changes nothing', (text, safe) => {
  const value = { [text]: [text, 1, null, { deep: text }] };
  const once = masked(value);
  expect(once).toEqual({ [safe]: [safe, 1, null, { deep: safe }] });
  expect(masked(once)).toEqual(once);
});

test('a secret in an answer, in the input or in the report is in no byte of a bundle', () => {
  const secret = 'postgres://avnadmin:AVNS_hidden@pg.example/db';
  const it = buildBundle(
    history({
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED',
      workflowExecutionSignaledEventAttributes: {
        signalName: 'x',
        input: { payloads: [payload('json/plain', JSON.stringify(secret))] },
      },
    }),
    RUN,
    {
      ...(bundleOf('blocked').report as NonNullable<ReturnType<typeof bundleOf>['report']>),
      headline: secret,
      endedAt: '2026-01-01T00:00:00.000Z',
    },
  );
  expect(it.entries[1]?.data.input).toBe('postgres://avnadmin:***@pg.example/db');
  expect(bytesOf(it).toString()).not.toContain('hidden');
});

test('the names of the files tell the pair, the time and the run, and cannot leave the folder', () => {
  const approved = bundleOf('approved');
  const time = approved.run.startedAt.replaceAll(/[^0-9TZ]/g, '');
  expect(time).toMatch(/^\d{8}T\d{9}Z$/);
  expect(baseNameOf(approved)).toBe(`switchback.histories-role.pg-demo-2-${time}-8c563d26`);
  const hostile = history();
  const start = hostile.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (!start) throw new Error('there is no start');
  start.input = {
    payloads: [
      {
        metadata: { encoding: Buffer.from('json/plain') },
        data: Buffer.from('{"project":"../../etc","service":7}'),
      },
    ],
  };
  expect(baseNameOf(buildBundle(hostile, RUN))).toMatch(/^switchback\.______etc\.unknown-\d+T\d+Z-8c563d26$/);
});

/** The bytes of a format never change: who has kept a head must find it again, with any later version. */
test('the head of a known run is the one that it always was', () => {
  const packed = readFileSync(join(__dirname, 'pinned-history.json.gz'));
  const { chain, report } = buildBundle(historyFromJSON(JSON.parse(gunzipSync(packed).toString())), RUN);
  expect(report?.outcome).toBe('accepted');
  expect(chain.head).toBe('e0fb61b79a1b7b9a2268f7aa0217d73637d7f4696a3fb97181afb6c571a7b35f');
});
