import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MetricEntry, metrics } from '../../src/contract/metrics';
import { readYaml } from '../compose/compose-file';
import { alerts } from '../monitoring/queries';

const DOCS = join(__dirname, '..', '..', 'docs');
const page = readFileSync(join(DOCS, 'observability.md'), 'utf8');

/** The rows of the table whose first heading this is, without heading and rule. */
function rowsOf(heading: string): string[] {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const rest = lines.slice(from + 2);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
}

test('the table of metrics is that of the code', () => {
  const rows = Object.values<MetricEntry>(metrics).map(({ name, kind, labels, help }) => {
    const named = labels.map((label) => `\`${label}\``).join(', ') || '–';
    return `| \`${name}\` | ${kind} | ${named} | ${help} |`;
  });
  expect(rowsOf('metric')).toEqual(rows);
});

test('the table of alerts has every alert, with its severity', () => {
  const rows = rowsOf('alert').map((row) => row.split(' | ').slice(0, 2).join(' '));
  expect(rows).toEqual(alerts.map(({ alert, labels }) => `| \`${alert}\` ${labels.severity}`));
});

test('the scrape configuration is part of the one that is shipped', () => {
  const [, shown = ''] = /```yaml\nscrape_configs:\n([\s\S]*?)```/.exec(page) ?? [];
  const { scrape_configs: shipped } = readYaml('deploy/monitoring/prometheus.yml') as {
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  const [job] = shipped;
  const [found] = job?.dns_sd_configs ?? [];
  expect(shown).toContain(`job_name: ${job?.job_name}`);
  expect(shown).toContain(`names: [${found?.names.join(', ')}]`);
  expect(shown).toContain(`port: ${found?.port}`);
});

test('the examples are JSON', () => {
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text));
  expect(examples).toEqual([
    expect.objectContaining({ msg: expect.any(String), runId: expect.any(String), phase: 'promote' }),
    expect.objectContaining({ ready: false }),
  ]);
});

test('the files that it links to are there', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(join(DOCS, path)))).toEqual([]);
});
