import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from '../compose/compose-file';

export const MONITORING = join(__dirname, '..', '..', 'deploy', 'monitoring');

export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

interface Dashboard {
  uid: string;
  panels: { id: number; title: string; targets: { expr: string }[]; datasource: { uid: string } }[];
}

export const alerts = (
  readYaml('deploy/monitoring/alerts.yml') as { groups: { rules: Alert[] }[] }
).groups.flatMap(({ rules }) => rules);

export const dashboard = JSON.parse(
  readFileSync(join(MONITORING, 'grafana', 'dashboards', 'switchback.json'), 'utf8'),
) as Dashboard;

/** Every query, by where it is. */
export const queries: readonly [where: string, expr: string][] = [
  ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as [string, string]),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as [string, string]),
  ),
];

/** The series that a query asks for, each with the labels that it selects by. */
export function seriesIn(expr: string): { name: string; labels: string[] }[] {
  const found = expr.matchAll(/\b((?:switchback|temporal)_\w+|up)\b(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}
