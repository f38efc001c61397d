import { toPostgresError } from '../../src/postgres';

test('a server that says a lot is cut short, since it travels into the history of a run', () => {
  const said = Object.assign(new Error('x'.repeat(3_000_000)), { code: 'XX000' });
  const { message, code } = toPostgresError(said);
  expect(message).toHaveLength(500);
  expect(code).toBe('XX000');
});

test('and never inside a character', () => {
  const { message } = toPostgresError(new Error(`${'x'.repeat(499)}😀😀`));
  expect(() => encodeURIComponent(message)).not.toThrow();
});
