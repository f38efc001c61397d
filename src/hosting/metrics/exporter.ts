import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { MetricsExporterConfig } from '@temporalio/worker';
import { instrumentName, type MetricEntry, metrics } from '../../contract/metrics';
import { parseAddress } from '../address';

/**
 * Metrics of our own and of Temporal's SDK, served at `/metrics` in Prometheus' form and under Prometheus' names.
 *
 * @throws what the look-up of a host name throws.
 */
export async function prometheusExporter(address: string): Promise<MetricsExporterConfig> {
  return {
    prometheus: {
      bindAddress: await numeric(address),
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
      histogramBucketOverrides: buckets(),
    },
  };
}

/** The exporter takes no names, and `localhost` is a natural thing to write. */
async function numeric(address: string): Promise<string> {
  const { host, port } = parseAddress(address);
  const { address: ip } = await lookup(host);
  return `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`;
}

function buckets(): Record<string, number[]> {
  const entries: readonly MetricEntry[] = Object.values(metrics);
  return Object.fromEntries(
    entries.flatMap((entry) => (entry.buckets ? [[instrumentName(entry), [...entry.buckets]]] : [])),
  );
}
