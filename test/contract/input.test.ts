import fc from 'fast-check';
import {
  EXAMPLE_INPUT,
  type ParsedInput,
  parseInput,
  type SwitchbackRequest,
} from '../../src/contract/input';

const SMALLEST = { project: 'demo', service: 'pg-demo' };

test('project and service are enough; every other field has a safe default', () => {
  expect(accepted(parseInput(SMALLEST))).toEqual({
    project: 'demo',
    service: 'pg-demo',
    recovery: undefined,
    procedure: 'switchback',
    mode: 'execute',
    approvalRequired: false,
    acknowledge: [],
    approvalWindowMs: 3_600_000,
    stallWindowMs: 600_000,
    onTimeout: 'return-to-recovery',
    convergeTimeoutMs: 1_800_000,
    settleWindowMs: 10_000,
    quietWindowMs: 60_000,
    decisionWindowMs: 600_000,
    maxLag: { seconds: 5 },
    catchUpTimeoutMs: 1_800_000,
    endpointTimeoutMs: 300_000,
    requestedBy: '',
    reason: '',
  });
});

test('every field is taken as given', () => {
  const input = {
    ...SMALLEST,
    recovery: 'pg-demo-recovery',
    mode: 'rehearse',
    approval: 'required',
    acknowledge: [{ check: 'integration-running', by: 'ops@example.com', reason: 'INC-123' }],
    approvalWindow: '2h',
    stallWindow: '5m',
    onTimeout: 'hold',
    convergeTimeout: '2h',
    settleWindow: '0s',
    quietWindow: '90s',
    decisionWindow: '0ms',
    maxLag: '16MB',
    catchUpTimeout: '1m',
    endpointTimeout: '0s',
    requestedBy: 'ops@example.com',
    reason: 'INC-123',
  };
  expect(accepted(parseInput(input))).toEqual({
    procedure: 'switchback',
    project: 'demo',
    service: 'pg-demo',
    recovery: 'pg-demo-recovery',
    mode: 'rehearse',
    approvalRequired: true,
    acknowledge: [{ check: 'integration-running', by: 'ops@example.com', reason: 'INC-123' }],
    approvalWindowMs: 7_200_000,
    stallWindowMs: 300_000,
    onTimeout: 'hold',
    convergeTimeoutMs: 7_200_000,
    settleWindowMs: 0,
    quietWindowMs: 90_000,
    decisionWindowMs: 0,
    maxLag: { bytes: 16 * 1024 ** 2 },
    catchUpTimeoutMs: 60_000,
    endpointTimeoutMs: 0,
    requestedBy: 'ops@example.com',
    reason: 'INC-123',
  });
});

test('the example that complaints show is itself accepted', () => {
  expect(parseInput(JSON.parse(EXAMPLE_INPUT))).toMatchObject({ ok: true });
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'missing'],
  ['null', null, 'null'],
  ['a list', [SMALLEST], '[{"project":"demo","service":"pg-demo"}]'],
  ['a text', 'pg-demo', '"pg-demo"'],
  ['a number', 7, '7'],
  ['a function', () => undefined, 'function'],
])('%s is no input', (_what, input, shown) => {
  expect(faults(parseInput(input))).toEqual([`the input must be one JSON object, but it is ${shown}`]);
});

const NAME = 'must be a name of letters, digits, "-" and "_", not';
const DURATION = 'must be a duration such as "30s" or "10m", not';
const TEXT = 'must be a text of at most 500 characters, not';

test.each<[Record<string, unknown>, string]>([
  [{ project: 7 }, `"project" ${NAME} 7`],
  [{ project: null }, `"project" ${NAME} null`],
  [{ project: '' }, `"project" ${NAME} ""`],
  [{ project: 'a/b' }, `"project" ${NAME} "a/b"`],
  [{ project: '-a' }, `"project" ${NAME} "-a"`],
  [{ service: 'pg demo' }, `"service" ${NAME} "pg demo"`],
  [{ service: 'pg\n' }, `"service" ${NAME} "pg\\n"`],
  [{ service: '..' }, `"service" ${NAME} ".."`],
  [{ service: 'x'.repeat(101) }, `"service" ${NAME} "${'x'.repeat(58)}…`],
  [{ recovery: null }, `"recovery" ${NAME} null`],
  [{ recovery: ['pg'] }, `"recovery" ${NAME} ["pg"]`],
  [{ recovery: 'pg-demo' }, '"service" and "recovery" name the same service; "service" is the primary'],
  [{ onTimeout: 'panic' }, '"onTimeout" must be one of "return-to-recovery", "hold", not "panic"'],
  [{ onTimeout: null }, '"onTimeout" must be one of "return-to-recovery", "hold", not null'],
  [{ convergeTimeout: 30 }, `"convergeTimeout" ${DURATION} 30`],
  [{ convergeTimeout: null }, `"convergeTimeout" ${DURATION} null`],
  [{ convergeTimeout: '30 minutes' }, `"convergeTimeout" ${DURATION} "30 minutes"`],
  [{ convergeTimeout: '999ms' }, '"convergeTimeout" must be at least 1 s, not "999ms"'],
  [{ settleWindow: true }, `"settleWindow" ${DURATION} true`],
  [{ settleWindow: '-1s' }, `"settleWindow" ${DURATION} "-1s"`],
  [{ quietWindow: '0s' }, '"quietWindow" must be at least 1 s, not "0s"'],
  [{ decisionWindow: {} }, `"decisionWindow" ${DURATION} {}`],
  [{ requestedBy: 7 }, '"requestedBy" must be a text, not 7'],
  [{ requestedBy: null }, '"requestedBy" must be a text, not null'],
  [{ reason: 'a\nb' }, '"reason" must be one line, without control characters, not "a\\nb"'],
  [{ reason: 'x'.repeat(501) }, `"reason" ${TEXT} "${'x'.repeat(58)}…`],
])('%j is refused, naming the field and what it is', (fields, fault) => {
  expect(faults(parseInput({ ...SMALLEST, ...fields }))).toEqual([fault]);
});

test('an unknown field is refused, naming the known ones', () => {
  const [fault, ...others] = faults(parseInput({ ...SMALLEST, servcie: 'x' }));
  expect(fault).toBe(
    '"servcie" is not a known field; known are project, service, recovery, confirm, mode, approval, acknowledge, ' +
      'approvalWindow, stallWindow, onTimeout, convergeTimeout, settleWindow, quietWindow, decisionWindow, ' +
      'maxLag, catchUpTimeout, endpointTimeout, requestedBy, reason',
  );
  expect(others).toEqual([]);
});

test('several faults come at once', () => {
  const found = faults(parseInput({ service: 7, onTimeout: 1, quietWindow: '1ms', nope: 1 }));
  expect(found.map((fault) => /"(\w+)"/.exec(fault)?.[1])).toEqual([
    'project',
    'service',
    'onTimeout',
    'quietWindow',
    'nope',
  ]);
});

test('fields that an object only inherits do not count', () => {
  expect(faults(parseInput(Object.create(SMALLEST)))).toEqual([
    '"project" is missing',
    '"service" is missing',
  ]);
});

test('whatever comes, the answer is a request or a list of faults, and no exception', () => {
  const field = fc.constantFrom('project', 'service', 'recovery', 'onTimeout', 'settleWindow', 'reason', 'x');
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.dictionary(field, fc.anything())), (input) => {
      const parsed = parseInput(input);
      if (parsed.ok) expect(parsed.request.project).not.toBe('');
      else expect(parsed.faults.length).toBeGreaterThan(0);
    }),
  );
});

function accepted(parsed: ParsedInput): SwitchbackRequest {
  if (!parsed.ok) throw new Error(parsed.faults.join('; '));
  return parsed.request;
}

function faults(parsed: ParsedInput): string[] {
  return parsed.ok ? [] : parsed.faults;
}

test('a switchover is undone toward the primary, and takes no word of a switchback', () => {
  expect(accepted(parseInput(SMALLEST, 'switchover'))).toMatchObject({
    procedure: 'switchover',
    onTimeout: 'return-to-primary',
  });
  expect(parseInput({ ...SMALLEST, onTimeout: 'return-to-recovery' }, 'switchover')).toEqual({
    ok: false,
    faults: ['"onTimeout" must be one of "return-to-primary", "hold", not "return-to-recovery"'],
  });
});

test('a drill takes a soak, which nothing else does', () => {
  expect(accepted(parseInput({ ...SMALLEST, soak: '10m' }, 'drill'))).toMatchObject({
    soakMs: 600_000,
    onTimeout: 'undo',
  });
  expect(parseInput({ ...SMALLEST, soak: '10m' })).toMatchObject({
    ok: false,
    faults: [expect.stringContaining('"soak" is not a known field')],
  });
});
