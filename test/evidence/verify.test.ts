import { bytesOf, type EvidenceBundle, renderPage, verifyEvidence } from '../../src/evidence';
import { sealed } from '../../src/evidence/bundle';
import { canonical, type Json, toJson } from '../../src/evidence/canonical';
import { bundleOf, RECORDED, smallBundle } from './fixtures';

const json = () => bytesOf(smallBundle());
const page = () => renderPage(smallBundle());
const text = (bundle: unknown) => Buffer.from(`${canonical(toJson(bundle))}\n`);
const reasonOf = (file: Uint8Array, head?: string) => {
  const found = verifyEvidence(file, head);
  return found.holds ? 'holds' : found.reason;
};

/** The small bundle with something else in it, written as a bundle is written. */
function changed(change: (bundle: Omit<EvidenceBundle, 'report'> & Record<string, unknown>) => void): string {
  const bundle = structuredClone(smallBundle()) as Parameters<typeof change>[0];
  change(bundle);
  return reasonOf(text(bundle));
}

describe.each([
  { of: 'bundle', make: json, bits: [0x01, 0x20, 0x80], signs: [' ', '\n', '0', '\u0000'] },
  // All of a page is covered by one hash, so that one change of each kind tells as much as all of them.
  { of: 'page', make: page, bits: [0x01], signs: ['\n'] },
])('of a $of', ({ make, bits: masks, signs }) => {
  let file: Buffer;
  beforeAll(async () => {
    file = Buffer.from(await make());
  });

  test('the file as it was written holds, and names its head', () => {
    expect(verifyEvidence(file)).toMatchObject({ holds: true, head: smallBundle().chain.head });
  });

  // Every position; a bit that changes a letter's case, one that makes another letter, and one that is no ASCII.
  test.each(masks)('every single byte changed by %i is found', (bits) => {
    const missed = [...file.keys()].filter((at) => {
      const copy = Buffer.from(file);
      copy[at] = (copy[at] ?? 0) ^ bits;
      return verifyEvidence(copy).holds;
    });
    expect(file.length).toBeGreaterThan(1_000);
    expect(missed).toEqual([]);
  });

  test.each(signs)('every place where %j is inserted, the end included, is found', (sign) => {
    const missed = Array.from({ length: file.length + 1 }, (_, at) => at).filter(
      (at) =>
        verifyEvidence(Buffer.concat([file.subarray(0, at), Buffer.from(sign), file.subarray(at)])).holds,
    );
    expect(missed).toEqual([]);
  });

  test('every byte taken out, and every cut, is found', () => {
    const missed = [...file.keys()].filter(
      (at) =>
        verifyEvidence(Buffer.concat([file.subarray(0, at), file.subarray(at + 1)])).holds ||
        verifyEvidence(file.subarray(0, at)).holds,
    );
    expect(missed).toEqual([]);
  });
});

test('the first thing that does not hold is named, in one sentence', () => {
  expect(changed(({ entries }) => Object.assign(entries[1] ?? {}, { title: 'pat' }))).toBe(
    'Entry 2 (signal: pat) does not hold: its content has another hash than it carries.',
  );
  expect(changed(({ entries }) => entries.splice(1, 1))).toMatch(
    /^Entry 2 \(seal: .*carries the number 3\.$/,
  );
  expect(changed(({ entries }) => entries.pop())).toBe(
    'The seal is missing: entries were cut off at the end.',
  );
  expect(changed(({ input }) => Object.assign(input as object, { service: 'pg-x' }))).toBe(
    'The field "input" does not hold: its hash is not the one that the seal carries.',
  );
  expect(changed((it) => Object.assign(it, { more: 1 }))).toMatch(/^The field "more" does not hold/);
  expect(changed((it) => Object.assign(it.chain, { head: '0'.repeat(64) }))).toMatch(
    /^The field "chain" does not hold/,
  );
  expect(changed((it) => Object.assign(it.chain, { more: 1 }))).toMatch(
    /^Byte \d+ of the file does not hold/,
  );
  expect(changed((it) => Object.assign(it, { format: 'switchback-evidence/2' }))).toMatch(
    /^The field "format"/,
  );
  expect(reasonOf(Buffer.from('{"format":'))).toBe('The file is neither a bundle in JSON nor a page of one.');
  expect(reasonOf(Buffer.alloc(0))).toBe('The file is neither a bundle in JSON nor a page of one.');
});

test('the same content in another spelling is not the file that was written', () => {
  const bundle = smallBundle();
  for (const other of [
    JSON.stringify(bundle, undefined, 1),
    json().toString().replace('"kind":"signal"', '"kind":"sign\\u0061l"'),
    json().toString().replace('{"algorithm"', '{"algorithm":"x","algorithm"'),
    json().toString().replace('1.5', '1.50'),
    `\ufeff${json()}`,
  ]) {
    expect(reasonOf(Buffer.from(other))).not.toBe('holds');
  }
});

test('a chain that somebody made anew holds by itself, and not against the head that was kept elsewhere', () => {
  const { entries, chain, ...fields } = smallBundle();
  const facts = entries.slice(0, -1).map((entry) => ({ ...entry, title: 'nothing happened' }));
  const forged = sealed(toJson(fields) as Record<string, Json>, toJson(facts) as Json[]);
  expect(reasonOf(bytesOf(forged))).toBe('holds');
  expect(reasonOf(bytesOf(forged), chain.head)).toMatch(
    /^The file is whole, but its head is .* it is another bundle\.$/,
  );
  expect(reasonOf(json(), chain.head.toUpperCase())).toBe('holds');
});

test('a page is compared with the head that was kept elsewhere, too', async () => {
  const file = await page();
  expect(reasonOf(file, smallBundle().chain.head)).toBe('holds');
  expect(reasonOf(file, bundleOf('blocked').chain.head)).toMatch(/it is another bundle/);
});

test.each(RECORDED)('the bundle and the page of the recorded run %s hold', async (name) => {
  const bundle = bundleOf(name);
  expect(verifyEvidence(bytesOf(bundle), bundle.chain.head)).toMatchObject({ holds: true, form: 'json' });
  expect(verifyEvidence(await renderPage(bundle), bundle.chain.head)).toMatchObject({
    holds: true,
    form: 'page',
  });
});
