import { type CheckResult, digest, stops } from '../../contract/checks';
import type { SwitchbackReport } from '../../contract/report';
import { type Html, html } from './html';
import { absent, badge, counted, section, table } from './parts';

/** What was looked at before the write: what was found first, then what passed. */
export function checks({ checks: all }: Pick<SwitchbackReport, 'checks'>): Html {
  if (all === undefined) return section('checks', 'Checks before the write', absent('Nothing was checked.'));
  const { findings, notChecked } = digest(all);
  const passed = all.filter(({ verdict }) => verdict === 'pass');
  const heads = ['Result', 'Check', 'Observed', 'Wanted, and what to do', 'Asked'];
  return section(
    'checks',
    'Checks before the write',
    html`<p class="lead">${passed.length} of ${counted(all.length, 'check')} passed, ${counted(findings.length, 'finding')}, ${notChecked.length} not checked.</p>`,
    findings.length > 0 && table('Findings', heads, [...findings].sort(worstFirst).map(findingRow)),
    notChecked.length > 0 && table('Not checked: none of these is a pass', heads, notChecked.map(findingRow)),
    passed.length > 0 &&
      table(
        'Passed',
        ['Result', 'Check', 'Observed', 'Asked'],
        passed.map((check) => [badge('pass', 'good'), name(check), check.observed, check.evidence]),
      ),
  );
}

function worstFirst(a: CheckResult, b: CheckResult): number {
  return Number(stops(b)) - Number(stops(a));
}

function findingRow(check: CheckResult) {
  const { acknowledged } = check;
  const result = stops(check)
    ? badge('stops', 'bad')
    : badge(
        acknowledged ? 'acknowledged' : check.verdict,
        check.verdict === 'unknown' && !acknowledged ? 'quiet' : 'warn',
      );
  const who = acknowledged && html`<p>Acknowledged by <b>${acknowledged.by}</b>: ${acknowledged.reason}</p>`;
  return [
    result,
    name(check),
    check.observed,
    html`<p>${check.wanted}</p>${check.remedy !== '' && html`<p class="muted">${check.remedy}</p>`}${who}`,
    check.evidence,
  ];
}

function name({ title, id }: CheckResult): Html {
  return html`${title}<br><code>${id}</code>`;
}
