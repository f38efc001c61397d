import { useBuild } from '../doors/build';
import { usePrograms } from '../doors/programs';
import { letGo, useStage } from '../doors/stage';

useBuild();
const stage = useStage({ pairs: 1 });
const start = usePrograms();

test('a worker that is away is said, and survived', async () => {
  const { env, freshPair, project, startWorker, worker } = stage();
  const pair = freshPair();
  pair.behave({ stuck: true });
  const args = ['run', '--project', project, pair.primary, '--settle-window', '0s'];
  const following = start('starter', args, env);
  await following.prints(/converge/);
  await worker.kill('SIGTERM');
  await following.prints(/No worker answers for the run .* The run is not affected; asking again\./);
  await startWorker();
  await letGo(pair);
  const { code, stdout, stderr } = await following.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('✔ switched-back');
  expect(stderr.split('\n').filter((line) => line.includes('asking again'))).toHaveLength(1);
});
