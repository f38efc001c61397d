import { z } from 'zod';
import { lenient, text } from './parts';

export type MetricsPeriod = 'hour' | 'day' | 'week' | 'month' | 'year';

/** A value of one node; `at` is when it was measured, as sent. */
export interface NodeMetric {
  readonly node: string;
  readonly value: number;
  readonly at: string;
}

/**
 * The latest values of each metric, such as `disk_usage` or `cpu_usage` (per cent), one for each node that has any.
 * A metric whose table could not be understood is left out.
 * Source: Aiven docs, `avn service metrics`, and Aiven's own MCP server for the shape of the tables.
 */
export type Metrics = Readonly<Record<string, readonly NodeMetric[]>>;

/** A table for charts: the first column is the time, the others are nodes; the first row repeats the columns. */
const metricTable = z
  .object({
    data: z.object({ cols: z.array(z.object({ label: text })), rows: z.array(z.array(z.unknown())) }),
  })
  .transform(({ data: { cols, rows } }) => {
    const nodes = cols.slice(1).map(({ label }) => label);
    return newestOf(nodes, rows);
  });

/** `POST /v1/project/P/service/S/metrics`. */
export const metricsReply = z.object({
  metrics: z.record(text, lenient(metricTable)).transform((tables): Metrics => {
    const read = Object.entries(tables).flatMap(([name, table]) => (table ? [[name, table]] : []));
    return Object.fromEntries(read);
  }),
});

/** Of each node the newest number: the last rows may not have one yet. */
function newestOf(nodes: readonly string[], rows: readonly unknown[][]): NodeMetric[] {
  const newestFirst = rows
    .flatMap(([at, ...values]) => (typeof at === 'string' ? [{ at, values }] : []))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  return nodes.flatMap((node, index) => {
    for (const { at, values } of newestFirst) {
      const value = values[index];
      if (typeof value === 'number') return [{ node, value, at }];
    }
    return [];
  });
}
