import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptEvidence } from '../../src/contract/report';
import { buildBundle, bytesOf, verifyEvidence } from '../../src/evidence';
import { type Ended, type Scenario, useHarness } from '../workflows/harness';
import { accessTo } from './access';

const folder = mkdtempSync(join(tmpdir(), 'switchback-evidence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { scenario } = useHarness({ backing: 'postgres', accessTo: accessTo(), evidence: { folder } });

const ends = {
  'a run that went well': scenario(async (it) => played(it, await it.run())),
  'a run that a check stopped': scenario(async (it) => {
    it.pair.set('recovery', { state: 'REBUILDING' });
    return played(it, await it.run());
  }),
  'a run that did not settle, and was given up': scenario(async (it) => {
    it.pair.behave({ readOnly: true });
    await it.start({ convergeTimeout: '12s', decisionWindow: '0s', onTimeout: 'hold' });
    await it.until(
      'it asks, and has asked PostgreSQL',
      ({ phase, proof }) => phase === 'needs-operator' && proof?.verdict === 'refuted',
    );
    await it.decide('give-up');
    return played(it, await it.end());
  }),
};

/** What was kept, and what Temporal's history makes of it afterwards. */
async function played(it: Scenario, ended: Ended) {
  const { report } = ended;
  const evidence = report.evidence as KeptEvidence;
  const history = await it.handle.fetchHistory();
  const rebuilt = buildBundle(history, { workflowId: report.workflowId, runId: report.runId });
  return { report, evidence, kept: readFileSync(evidence.json), rebuilt: bytesOf(rebuilt) };
}

describe.each(Object.entries(ends))('%s', (_what, end) => {
  test('leaves a bundle and a page that hold', async () => {
    const { evidence, kept } = await end();
    expect(verifyEvidence(kept, evidence.head)).toMatchObject({ holds: true });
    expect(verifyEvidence(readFileSync(evidence.page), evidence.head)).toMatchObject({ holds: true });
  });

  test('leaves the very bundle that is rebuilt from the history', async () => {
    const { kept, rebuilt } = await end();
    expect(Buffer.from(rebuilt).equals(kept)).toBe(true);
  });

  test('has in its bundle the report that the run ended with', async () => {
    const { report, kept } = await end();
    const { evidence: _, ...said } = report;
    expect(JSON.parse(kept.toString()).report).toEqual(said);
  });
});

test('what was measured is in the bundle of a run that was given up, too', async () => {
  const { report } = await ends['a run that did not settle, and was given up']();
  expect(report.outcome).toBe('given-up');
  expect(report.probe?.acknowledged).toBeGreaterThan(0);
  expect(report.proof?.verdict).toBe('refuted');
});
