import { withoutSecrets } from '../../src/hosting/secrets';
import { maskCredentials, maskPasswords } from '../../src/util/mask-uris';
import { cut, fewFaults, legible } from '../../src/util/text';

test('a text is never cut inside a character', () => {
  for (const limit of [2, 3, 4, 5]) {
    const short = cut('😀😀😀😀', limit);
    // Half a character cannot be encoded.
    expect(() => encodeURIComponent(short)).not.toThrow();
    expect(short.length).toBeLessThanOrEqual(limit);
  }
});

test('what a screen obeys is taken out of somebody else’s text, and no word turns into another', () => {
  expect(legible('a\u001b[31mb\r\nc\u202ed')).toBe('a [31mb c d');
  expect(() => encodeURIComponent(legible(`${'\n'.repeat(3)}😀😀`, 3))).not.toThrow();
  expect(legible(' active')).toBe(' active');
  expect(legible('active\n')).toBe('active ');
});

test('of many faults ten are told, in at most 2 kB', () => {
  const told = fewFaults(Array.from({ length: 500 }, () => 'x'.repeat(1_000)));
  expect(told.join('; ').length).toBeLessThan(2_048);
  expect(told.at(-1)).toMatch(/^and \d+ more$/);
  expect(fewFaults(['one', 'two'])).toEqual(['one', 'two']);
});

test('a word of ten million characters is masked, too', () => {
  const word = `${'x'.repeat(10_000_000)} postgres://u:hidden@h/d`;
  expect(maskCredentials(word).endsWith(' postgres://***@h/d')).toBe(true);
  expect(withoutSecrets(word).endsWith(' postgres://u:***@h/d')).toBe(true);
});

describe('masking is linear', () => {
  const spent = (text: string, mask: (text: string) => string): number => {
    const startedAt = process.cpuUsage();
    mask(text);
    const { user, system } = process.cpuUsage(startedAt);
    return user + system;
  };

  test.each([['a://'], ['a://x:'], ['a://x:@'], ['http://a:b@'], ['postgres://u:p']])(
    'of %s, repeated: 64 times the text takes about 64 times as long, and nothing like 4096 times',
    (unit) => {
      for (const mask of [maskPasswords, maskCredentials]) {
        const [short, long] = [unit.repeat(5_000), unit.repeat(320_000)];
        mask(short);
        // A search that begins anew at each place would take minutes for the long one.
        expect(spent(long, mask) / Math.max(spent(short, mask), 1_000)).toBeLessThan(1_000);
      }
    },
  );
});
