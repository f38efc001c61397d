import { join } from 'node:path';
import { type MetricEntry, metrics } from '../../src/contract/metrics';
import { outcomes } from '../../src/contract/outcome';
import { readYaml } from '../compose/compose-file';
import { findPromtool, runPromtool } from '../support/promtool';
import { alerts, dashboard, MONITORING, queries, seriesIn } from './queries';

const promtool = findPromtool();

describe('promtool', () => {
  if ('missing' in promtool) {
    test.skip(`is not here: ${promtool.missing}`, () => {});
    return;
  }
  const run = (...args: string[]) => runPromtool(promtool.path, args);

  test('accepts the configuration of Prometheus, with the rules it names', () => {
    const { status, output } = run('check', 'config', join(MONITORING, 'prometheus.yml'));
    expect([status, output]).toEqual([0, expect.stringContaining(`${alerts.length} rules found`)]);
  });

  test('finds that every alert fires when it should, and only then', () => {
    const { status, output } = run('test', 'rules', join(MONITORING, 'alerts.test.yml'));
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

describe('every alert', () => {
  interface Expectation {
    alertname: string;
    exp_alerts?: unknown[];
  }
  const { tests } = readYaml('deploy/monitoring/alerts.test.yml') as {
    tests: { alert_rule_test: Expectation[] }[];
  };
  const expectations = tests.flatMap(({ alert_rule_test }) => alert_rule_test);

  test.each(alerts.map(({ alert }) => alert))(
    '%s is tested: once that it fires, once that it does not',
    (name) => {
      const own = expectations.filter(({ alertname }) => alertname === name);
      expect(own.some(({ exp_alerts = [] }) => exp_alerts.length > 0)).toBe(true);
      expect(own.some(({ exp_alerts = [] }) => exp_alerts.length === 0)).toBe(true);
    },
  );

  test.each(alerts)('$alert says how bad it is, what is wrong and what to do', ({ labels, annotations }) => {
    expect(labels.severity).toMatch(/^(warning|critical)$/);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\.$/);
  });
});

test('a run that completes has not ended badly', () => {
  const { expr = '' } = alerts.find(({ alert }) => alert === 'SwitchbackEndedBadly') ?? {};
  const good = Object.entries(outcomes).flatMap(([name, { completes }]) => (completes ? [name] : []));
  const passed = [...expr.matchAll(/outcome!~"([^"]*)"/g)].map(([, names = '']) => names.split('|').sort());
  expect(passed).toEqual([good.sort(), good.sort()]);
});

/** What a scrape shows of a metric. */
const entries = new Map<string, MetricEntry>(
  Object.values<MetricEntry>(metrics).flatMap((entry) =>
    (entry.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
      (suffix) => [entry.name + suffix, entry] as const,
    ),
  ),
);

test.each(queries)('%s asks for metrics of ours by names and labels that they have', (_where, expr) => {
  const series = seriesIn(expr);
  expect(series.length).toBeGreaterThan(0);
  for (const { name, labels } of series.filter((one) => one.name.startsWith('switchback_'))) {
    expect([...entries.keys()]).toContain(name);
    const own = [...(entries.get(name)?.labels ?? []), ...(name.endsWith('_bucket') ? ['le'] : [])];
    expect(own).toEqual(expect.arrayContaining(labels));
  }
});

test('the thresholds of buckets are buckets', () => {
  const used = queries.flatMap(([, expr]) => [...expr.matchAll(/(switchback_\w+)_bucket\{le="(\d+)"/g)]);
  expect(used.length).toBeGreaterThan(0);
  for (const [, name = '', bound] of used)
    expect(entries.get(`${name}_count`)?.buckets).toContain(Number(bound));
});

test('the dashboard asks the data source that is provisioned, and its panels are told apart', () => {
  const { datasources } = readYaml('deploy/monitoring/grafana/provisioning/datasources/prometheus.yml') as {
    datasources: { uid: string; url: string }[];
  };
  expect(new Set(dashboard.panels.map(({ datasource }) => datasource.uid))).toEqual(
    new Set(datasources.map(({ uid }) => uid)),
  );
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});
