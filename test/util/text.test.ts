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
  expect(legible(' active')).toBe(' active');
  expect(legible('active\n')).toBe('active ');
});

test('of many faults ten are told, in at most 2 kB', () => {
  const told = fewFaults(Array.from({ length: 500 }, () => 'x'.repeat(1_000)));
  expect(told.join('; ').length).toBeLessThan(2_048);
  expect(told.at(-1)).toMatch(/^and \d+ more$/);
  expect(fewFaults(['one', 'two'])).toEqual(['one', 'two']);
});

/** What a search costs that a hostile text can blow up: characters looked at, not time. */
describe('masking is linear', () => {
  const spent = (text: string, mask: (text: string) => string): number => {
    const startedAt = process.cpuUsage();
    for (let round = 0; round < 5; round += 1) mask(text);
    const { user, system } = process.cpuUsage(startedAt);
    return user + system;
  };

  test.each([['a://'], ['a://x:'], ['a://x:@'], ['http://a:b@'], ['postgres://u:p']])(
    'of %s, repeated: eight times the text takes far less than 64 times as long',
    (unit) => {
      for (const mask of [maskPasswords, maskCredentials]) {
        const [short, long] = [unit.repeat(20_000), unit.repeat(160_000)];
        mask(short);
        const ratio = spent(long, mask) / Math.max(spent(short, mask), 2_000);
        expect(ratio).toBeLessThan(32);
      }
    },
  );
});
