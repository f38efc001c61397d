import type { FleetPair, FleetReport } from '../../client';
import { formatDuration } from '../../contract/duration';
import { legible } from '../../util/text';
import type { Terminal } from '../terminal';

const LABEL_WIDTH = 13;
/** The worst ones; the page and the JSON have them all. */
const PAIRS_SHOWN = 10;

/** How a fleet ended: the sentence first, then what to do, then the figures, and the pairs that are not where they should be. */
export function fleetReportLines(report: FleetReport, c: Terminal['colour']): string[] {
  const { outcome, code, headline, next, worstGapMs, lostRows, fingerprint, workflowId, runId } = report;
  const title =
    code === undefined ? c.green(c.bold(`✔ ${outcome}`)) : c.red(c.bold(`✘ ${outcome} (${code})`));
  const row = (label: string, text: string) => `  ${c.dim(label.padEnd(LABEL_WIDTH))}${text}`;
  const bad = report.pairs.filter(({ state }) => state !== 'done');
  const took = formatDuration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  return [
    '',
    title,
    row('now', headline),
    row('next', next),
    ...(fingerprint === undefined ? [] : [row('fingerprint', fingerprint)]),
    ...(worstGapMs === undefined ? [] : [row('worst gap', formatDuration(worstGapMs))]),
    ...(lostRows === undefined ? [] : [row('lost rows', lostRows === 0 ? 'none' : c.red(String(lostRows)))]),
    ...bad.slice(0, PAIRS_SHOWN).map((pair) => row(pair.state, describe(pair))),
    ...(bad.length > PAIRS_SHOWN ? [row('', `and ${bad.length - PAIRS_SHOWN} more`)] : []),
    row('took', took),
    row('fleet', `${workflowId} · ${runId}`),
  ];
}

function describe({ pair, note, code, outcome }: FleetPair): string {
  const why = note ?? code ?? outcome;
  return why === undefined ? pair : `${pair}: ${legible(why)}`;
}
