import type { Json } from '../overrides';

/** Per cent, except the last two: what an idle service would show, unless it was told otherwise. */
const VALUES: Record<string, number> = {
  cpu_usage: 4,
  disk_usage: 31,
  mem_usage: 38,
  load_average: 0.2,
  net_receive: 2048,
};
const STEPS: Record<string, number> = { hour: 30, day: 300, week: 1800, month: 10_800, year: 86_400 };
const ROWS = 10;

/**
 * The reply of `POST …/service/…/metrics`: per group a table with a column per node.
 * Constant values, for the lab measures nothing. The first row repeats the column definitions, as the real one does.
 */
export function metricsTable(service: Json, body: unknown, instead: Record<string, number>): Json {
  const period = (body as { period?: string } | undefined)?.period ?? 'hour';
  const step = (STEPS[period] ?? 30) * 1000;
  const nodes = Array.isArray(service.node_states)
    ? service.node_states.map((node: Json) => String(node.name))
    : [];
  const cols = [{ label: 'time', type: 'date' }, ...nodes.map((label) => ({ label, type: 'number' }))];
  const now = Date.now();
  const group = (value: number) => {
    const rows = Array.from({ length: ROWS }, (_, index) => [
      new Date(now - (ROWS - index) * step).toISOString(),
      ...nodes.map(() => value),
    ]);
    return { data: { cols, rows: [cols, ...rows] }, hints: {} };
  };
  return Object.fromEntries(
    Object.entries({ ...VALUES, ...instead }).map(([name, value]) => [name, group(value)]),
  );
}
