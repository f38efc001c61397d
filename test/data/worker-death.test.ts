import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAccess } from '../../src/demo/access';
import { ProcessStage } from '../crashes/process-stage';
import { useBuild } from '../doors/build';
import { letGo } from '../doors/stage';
import { Scene } from '../workflows/harness';

useBuild();
const folder = mkdtempSync(join(tmpdir(), 'switchback-access-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the stopwatch survives the death of its worker, and says for how long nobody looked', async () => {
  const processes = await ProcessStage.open({ backing: 'postgres', transitionMs: 600 });
  try {
    const access = { SWITCHBACK_DATABASES: writeAccess(processes.stage.lab, folder) };
    const first = await processes.startWorker(access);
    const scene = new Scene(processes.stage);
    // So that the run cannot end before its worker does.
    scene.pair.behave({ stuck: true });
    await scene.start({ settleWindow: '1s' });
    await scene.until('the write was sent', ({ phase }) => phase === 'converge');
    await first.kill('SIGKILL');
    await processes.startWorker(access);
    await letGo(scene.pair);
    const { report, effective } = await scene.end();
    expect(report.outcome).toBe('switched-back');
    expect(effective).toEqual([scene.pair.primary]);
    expect(report.probe?.missing?.count).toBe(0);
    expect(report.probe?.unwatched?.[0]?.ms).toBeGreaterThan(1_000);
    expect(report.notProven?.join()).toContain('For a while no worker was writing');
  } finally {
    await processes.close();
  }
}, 120_000);
