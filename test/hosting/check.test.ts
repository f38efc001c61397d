import { answersOf } from '../../src/hosting/health/check';

const check = (name: string, look: () => Promise<string>) => ({ name, remedy: `mend ${name}`, look });

test('checks are made at once, and one that hangs does not hold after 2 s', async () => {
  const began = performance.now();
  const answers = await answersOf([
    check('well', async () => 'all is well'),
    check('hanging', () => new Promise(() => {})),
    check('hanging, too', () => new Promise(() => {})),
  ]);
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(answers).toEqual([
    { name: 'well', ok: true, detail: 'all is well' },
    { name: 'hanging', ok: false, detail: 'no answer within 2 s', remedy: 'mend hanging' },
    { name: 'hanging, too', ok: false, detail: 'no answer within 2 s', remedy: 'mend hanging, too' },
  ]);
});

test('no answer holds a secret', async () => {
  const uri = 'postgres://u:hunter2@h/d';
  const answers = await answersOf([
    check('well', async () => uri),
    check('wrong', () => Promise.reject(new Error(uri))),
  ]);
  expect(JSON.stringify(answers)).not.toContain('hunter2');
});
