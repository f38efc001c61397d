import { formatDuration } from '../../contract/duration';
import type { ProbeReport } from '../../contract/probe';
import type { SwitchbackReport } from '../../contract/report';
import { type Content, type Html, html } from './html';
import { counted, type Tone } from './parts';

export interface Figure {
  name: string;
  value: string;
  tone: Tone;
  /** What it means, and how it was measured. */
  means: Content;
}

/** The numbers of a switch, big, each with what it means. */
export function figures(report: SwitchbackReport): Html {
  const { reads, writes } = report.requests;
  const all: Figure[] = [
    rto(report),
    rpo(report),
    {
      name: 'Promotions sent',
      value: String(writes),
      tone: 'quiet',
      means: html`Requests to the Aiven API that change something, beside ${counted(reads, 'read')}. One whose fate is not known is counted.`,
    },
  ];
  return figureRow(all);
}

/** Numbers side by side. */
export function figureRow(all: readonly Figure[]): Html {
  return html`<div class="figures">${all.map(
    ({ name, value, tone, means }) =>
      html`<div class="figure ${tone}"><h2>${name}</h2><p class="value">${value}</p><p class="means">${means}</p></div>\n`,
  )}</div>`;
}

function rto({ probe, pointOfNoReturn }: SwitchbackReport): Figure {
  const name = 'Measured RTO';
  if (pointOfNoReturn === undefined || probe === undefined || probe.acknowledged === 0)
    return unmeasured(name, pointOfNoReturn, probe);
  const how = `by a row written ${counted(probe.rate, 'time')} a second through the Service URI, as an application would`;
  const { gap, gapNotMeasured } = probe;
  if (gapNotMeasured !== undefined)
    return { name, value: 'not measured', tone: 'warn', means: sentence(gapNotMeasured) };
  if (gap === undefined && Object.keys(probe.errors).length > 0) {
    const means = `Writes failed until the first acknowledged one: the begin is not known; measured ${how}.`;
    return { name, value: 'not known', tone: 'warn', means };
  }
  if (gap === undefined) {
    return {
      name,
      value: 'no gap',
      tone: 'good',
      means: `No write failed, and none took a second; measured ${how}.`,
    };
  }
  const { unwatchedMs } = gap;
  if (gap.firstAfter === undefined) {
    const means = `No write was acknowledged until the measurement ended; measured ${how}.`;
    return { name, value: `over ${formatDuration(gap.ms)}`, tone: 'bad', means };
  }
  const range =
    unwatchedMs === undefined
      ? ''
      : ` For ${formatDuration(unwatchedMs)} of it no worker was writing: the outage lasted between ${formatDuration(gap.ms - unwatchedMs)} and ${formatDuration(gap.ms)}.`;
  const means = `The longest time between two acknowledged writes; measured ${how}.${range}`;
  return { name, value: formatDuration(gap.ms), tone: 'quiet', means };
}

function rpo({ probe, pointOfNoReturn }: SwitchbackReport): Figure {
  const name = 'Measured RPO';
  if (probe === undefined || probe.acknowledged === 0) return unmeasured(name, pointOfNoReturn, probe);
  const { missing, acknowledged, unexpected, unrecorded, problem } = probe;
  if (missing === undefined) {
    const why = problem === undefined ? '' : ` ${sentence(problem)}`;
    return { name, value: 'not known', tone: 'warn', means: `The rows could not be read back.${why}` };
  }
  const twice =
    unexpected !== undefined &&
    unexpected.count > 0 &&
    ` ${counted(unexpected.count, 'row')} arrived although the write was answered with an error: an application that repeats it has it twice.`;
  const lone =
    unrecorded !== undefined &&
    unrecorded > 0 &&
    ` ${counted(unrecorded, 'row')} arrived, and their answers were not received.`;
  return {
    name,
    value: missing.count === 0 ? 'no row lost' : `${counted(missing.count, 'row')} lost`,
    tone: missing.count === 0 ? 'good' : 'bad',
    means: [`Of ${counted(acknowledged, 'acknowledged row')}, read back after the switch.`, twice, lone],
  };
}

/** Without a switch there was nothing to measure; with one, somebody must know that nobody looked. */
function unmeasured(
  name: string,
  pointOfNoReturn: string | undefined,
  probe: ProbeReport | undefined,
): Figure {
  if (pointOfNoReturn === undefined) {
    const means = 'No promotion was sent, so there was nothing to measure.';
    return { name, value: 'no switch', tone: 'quiet', means };
  }
  const why =
    probe === undefined
      ? 'No rows were written through the Service URI while the pair switched.'
      : `No row was acknowledged. ${probe.problem === undefined ? '' : sentence(probe.problem)}`;
  return { name, value: 'not measured', tone: 'warn', means: why };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}
