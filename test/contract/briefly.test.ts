import { briefly, messageOf } from '../../src/contract/briefly';
import { type ErrorCode, type ErrorEntry, errors } from '../../src/contract/errors';

const CODES = (Object.keys(errors) as ErrorCode[]).filter((code) => !(errors[code] as ErrorEntry).lists);
const SERVICE = 'pg-main';
/** A name as long as Aiven's and ours may be. */
const LONG_NAME = 'a'.repeat(100);

const sentencesOf = (text: string) => text.split(/(?<=[.!?])\s+(?=\S)/).length;

describe.each(CODES)('%s', (code) => {
  const { remedy } = errors[code];

  test('its remedy is one sentence, short enough to stand in every message', () => {
    expect(sentencesOf(remedy)).toBe(1);
    expect(remedy.length).toBeLessThanOrEqual(140);
  });

  test.each([
    ['a short one', `Nothing was written to ${SERVICE}: it is not settled.`],
    ['one that does not name the service', 'Temporal at 127.0.0.1:1 does not answer: ECONNREFUSED'],
    [
      'the answer of an API, pasted in',
      `Nothing was written: PUT: 400 ${'one of [role, state]; '.repeat(100)}`,
    ],
    ['a story', 'One thing is true. So is another. And a third. And there is more. '.repeat(20)],
    ['one word without an end', 'x'.repeat(5_000)],
    ['nothing', ''],
  ])('of %s: at most three sentences and 300 characters, with the service and what to do', (_, headline) => {
    for (const service of [SERVICE, LONG_NAME]) {
      const brief = briefly(code, service, { headline, next: remedy });
      const message = messageOf(code, brief);
      expect(message.length).toBeLessThanOrEqual(300);
      expect(sentencesOf(brief.headline)).toBeLessThanOrEqual(2);
      expect(brief.headline).toContain(service);
      expect(brief.next).toBe(remedy);
    }
  });
});

test('what is short is not touched, and what is cut says so', () => {
  const whole = { headline: 'pg-main is failed. Its nodes are gone.', next: 'Rebuild it.' };
  expect(briefly('BLOCKED', 'pg-main', whole)).toEqual(whole);
  const { headline } = briefly('BLOCKED', 'pg-main', {
    ...whole,
    headline: `pg-main: ${'word '.repeat(200)}`,
  });
  expect(headline).toMatch(/word…$/);
});

test('a remedy that is longer than its place is cut, too, and never the name', () => {
  const next = `Start again with {"service":"${LONG_NAME}"}: promoting ${LONG_NAME} would be a switchover.`;
  const brief = briefly('BLOCKED', LONG_NAME, { headline: 'x '.repeat(400), next });
  expect(messageOf('BLOCKED', brief).length).toBeLessThanOrEqual(300);
  expect(brief.headline).toContain(LONG_NAME);
});
