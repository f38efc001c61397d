import { setTimeout as delay } from 'node:timers/promises';
import { answersOf } from '../../src/hosting/health/check';

const check = (name: string, look: () => Promise<string>) => ({ name, remedy: `mend ${name}`, look });

test('checks are made at once, and one that hangs does not hold after 2 s', async () => {
  const asked = answersOf([
    check('well', async () => 'all is well'),
    check('hanging', () => new Promise(() => {})),
    check('hanging, too', () => new Promise(() => {})),
  ]);
  // Two limits of 2 s one after the other would be over later, also on a machine that stands still meanwhile.
  const answers = await Promise.race([asked, delay(3_000, 'too late')]);
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
