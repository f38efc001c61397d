import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAccess } from '../../lab/src/demo/access';
import { ProcessStage } from '../crashes/process-stage';
import { useBuild } from '../doors/build';
import { letGo } from '../doors/stage';
import { Scenario } from '../workflows/harness';

useBuild();
const folder = mkdtempSync(join(tmpdir(), 'switchback-access-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the write probe survives the death of its worker, and says for how long nobody looked', async () => {
  const processes = await ProcessStage.open({ backing: 'postgres', transitionMs: 600 });
  try {
    const access = { SWITCHBACK_DATABASES: writeAccess(processes.harness.lab, folder) };
    const first = await processes.startWorker(access);
    const scenario = new Scenario(processes.harness);
    // So that the run cannot end before its worker does.
    scenario.pair.behave({ stuck: true });
    await scenario.start({ settleWindow: '1s' });
    await scenario.until('the write was sent', ({ phase }) => phase === 'converge');
    await first.kill('SIGKILL');
    await processes.startWorker(access);
    await letGo(scenario.pair);
    const { report, effective } = await scenario.end();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toEqual([scenario.pair.primary]);
    expect(report.probe?.missing?.count).toBe(0);
    expect(report.probe?.unwatched?.[0]?.ms).toBeGreaterThan(1_000);
    expect(report.notProven?.join()).toContain('For a while no worker was writing');
  } finally {
    await processes.close();
  }
}, 120_000);
