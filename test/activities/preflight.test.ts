import { ApplicationFailure } from '@temporalio/common';
import type { FaultInput } from '../../lab/src/lab';
import type { Preflight } from '../../src/contract/activities';
import { type CheckResult, digest, stops } from '../../src/contract/checks';
import { driftBetween } from '../../src/rules/critical';
import { DIALECTS, type Scene, useLab } from './stage';

const LAST = { attempt: 4 };
const MINUTE = 60_000;

const check = (it: Scene, info = {}, more = {}) =>
  it.attempt(info).preflight({ pair: it.pair, confirmed: false, ...more });
const checkOf = ({ checks }: Preflight, id: string): CheckResult | undefined =>
  checks.find((one) => one.id === id);
const idsThatStop = ({ checks }: Preflight) => checks.filter(stops).map(({ id }) => id);

/** Longer than a busy machine takes to send a handful of requests, shorter than the time limit of each of them. */
const DELAY_MS = 4_000;

describe.each(DIALECTS)('preflight, in the %s dialect', (dialect) => {
  const away = useLab({ dialect });
  const atHome = useLab({ dialect, state: 'fresh' });
  const given = (arrange: (it: Scene) => unknown, info = {}) =>
    away(async (it) => {
      await arrange(it);
      return { it, result: await check(it, info) };
    });

  const plain = away(async (it) => {
    return { it, result: await check(it, {}, { lock: 'the-lock' }) };
  });

  test('a healthy pair passes every check that a request can answer; nothing stops the run', async () => {
    const { result } = await plain();
    expect(result).toMatchObject({ verdict: 'go', situation: 'recovery-active' });
    expect(idsThatStop(result)).toEqual([]);
    const rest = result.checks.filter(({ verdict }) => verdict !== 'pass');
    expect(digest(rest).notChecked.map(({ id }) => id)).toEqual([
      'database-access',
      'automation-frozen',
      'primary-region',
    ]);
    for (const { observed, verdict } of rest)
      expect([verdict, observed]).toEqual(['unknown', expect.stringMatching(/^not checked: /)]);
  });

  test('reads everything at once, in seven requests or eight', async () => {
    const { result, it } = await plain();
    const number = dialect === 'role' ? 7 : 8;
    expect(result.requests).toEqual({ reads: number, writes: 0 });
    expect(it.writes).toEqual([]);
  });

  const slow = given((it) => {
    it.lab.addFault({
      match: { service: it.pair.primary },
      times: 0,
      do: { type: 'delay', delayMs: DELAY_MS },
    });
  });

  test('no request waits for another', async () => {
    const { it } = await slow();
    const times = it.requests.map(({ time }) => Date.parse(time));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(DELAY_MS);
  });

  const home = atHome((it) => check(it));

  test('a pair at home has nothing to stop it either', async () => {
    const result = await home();
    expect(result).toMatchObject({ verdict: 'at-rest', situation: 'primary-active' });
    expect(idsThatStop(result)).toEqual([]);
  });

  const found: { id: string; severity: string; ended: () => Promise<{ result: Preflight }> }[] = [
    {
      id: 'disk-usage',
      severity: 'ack',
      ended: given((it) =>
        it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: 90 } }),
      ),
    },
    {
      id: 'disk-usage',
      severity: 'block',
      ended: given((it) =>
        it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: 96 } }),
      ),
    },
    {
      id: 'alerts',
      severity: 'ack',
      ended: given((it) => it.lab.apply({ kind: 'alert', service: it.pair.recovery, event: 'pg_down' })),
    },
    {
      id: 'recent-change',
      severity: 'ack',
      ended: given((it) => it.lab.apply({ kind: 'event', service: it.pair.primary, type: 'service_update' })),
    },
    {
      id: 'maintenance',
      severity: 'block',
      ended: given((it) =>
        it.labPair.override('recovery', { set: { 'maintenance.controlled_switchover.state': 'RUNNING' } }),
      ),
    },
    {
      id: 'same-version',
      severity: 'block',
      ended: given((it) => it.labPair.override('primary', { set: { 'user_config.pg_version': '9' } })),
    },
    {
      id: 'integration-running',
      severity: 'block',
      ended: given((it) =>
        it.labPair.override('primary', { set: { 'service_integrations.0.enabled': false } }),
      ),
    },
  ];

  test.each(found)('$id stops the run as $severity', async ({ id, severity, ended }) => {
    const { result } = await ended();
    expect(idsThatStop(result)).toEqual([id]);
    expect(checkOf(result, id)).toMatchObject({
      severity,
      verdict: 'block',
      remedy: expect.stringMatching(/./),
    });
  });

  const gone = (path: string, status: number): FaultInput => ({
    match: { path },
    times: 0,
    do: { type: 'status', status },
  });
  const withoutExtras = useLab({ dialect });
  const extras = withoutExtras((it) => {
    it.lab.addFault(gone('/alerts', 503));
    it.lab.addFault(gone('/access_token', 403));
    return check(it);
  });

  test('what is only shown is not asked for again, and stops nothing', async () => {
    const result = await extras();
    expect(result.verdict).toBe('go');
    expect(idsThatStop(result)).toEqual([]);
    expect(checkOf(result, 'alerts')).toMatchObject({
      verdict: 'unknown',
      observed: expect.stringContaining('503'),
    });
    expect(checkOf(result, 'token-lifetime')).toMatchObject({ verdict: 'unknown', severity: 'warn' });
  });

  const withoutMetrics = useLab({ dialect });
  const metrics = withoutMetrics(async (it) => {
    it.lab.addFault(gone('/metrics', 503));
    const [first] = await Promise.allSettled([check(it)]);
    return { first, last: await check(it, LAST) };
  });

  test('what a soft check needs is asked for again, and then must be acknowledged', async () => {
    const { first, last } = await metrics();
    expect(first.status === 'rejected' && first.reason).toBeInstanceOf(ApplicationFailure);
    expect(idsThatStop(last)).toEqual(['disk-usage']);
    expect(checkOf(last, 'disk-usage')).toMatchObject({ verdict: 'unknown', severity: 'ack' });
  });

  const forbidden = useLab({ dialect });
  const mixed = forbidden(async (it) => {
    it.lab.addFault(gone('/metrics', 403));
    it.lab.addFault({ match: it.look(0), do: { type: 'status', status: 503 } });
    const [first] = await Promise.allSettled([check(it)]);
    return { first, second: await check(it) };
  });

  test('a service that cannot be read yet is asked for again, even if something else never will be', async () => {
    const { first, second } = await mixed();
    expect(first.status === 'rejected' && first.reason).toBeInstanceOf(ApplicationFailure);
    expect(idsThatStop(second)).toEqual(['disk-usage']);
  });

  const expiring = useLab({ dialect });
  const tokens = expiring(async (it) => {
    await it.lab.apply({ kind: 'token', expires: new Date(Date.now() + 45 * MINUTE).toISOString() });
    return { short: await check(it), long: await check(it, {}, { budgetMs: 60 * MINUTE }) };
  });

  test('a token must outlive the time that the run may take: by default half an hour', async () => {
    const { short, long } = await tokens();
    expect(idsThatStop(short)).toEqual([]);
    expect(idsThatStop(long)).toEqual(['token-lifetime']);
  });

  const prints = away(async (it) => {
    const [one, two] = [await check(it), await check(it)];
    await it.lab.apply({ kind: 'metrics', service: it.pair.primary, set: { disk_usage: 90 } });
    const finding = await check(it);
    // Nothing but the time of the last change: no check stops for it.
    it.labPair.override('recovery', { set: { 'tags.owner': 'somebody' } });
    return { one, two, finding, moved: await check(it) };
  });

  test('the fingerprint is that of the target, the critical facts and what stops', async () => {
    const { one, two, finding, moved } = await prints();
    expect(one.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(two.fingerprint).toBe(one.fingerprint);
    const all = [one, finding, moved].map(({ fingerprint }) => fingerprint);
    expect(new Set(all).size).toBe(3);
    expect(finding.critical).toEqual(one.critical);
    expect(driftBetween(one.critical, moved.critical)).toEqual([
      expect.stringMatching(/^recovery .* update time /),
    ]);
    expect(idsThatStop(moved)).toEqual(idsThatStop(finding));
  });
});
