import { PassThrough } from 'node:stream';
import { createTerminal } from '../../src/cli/terminal';

function written(write: (terminal: ReturnType<typeof createTerminal>) => void): string {
  const stream = new PassThrough();
  write(createTerminal({ stdout: stream, stderr: stream }));
  return String(stream.read());
}

test('what somebody else puts into a line cannot steer the terminal', () => {
  const hostile = 'pg\u001b]0;title\u0007 \u001b[2J\u001b[8mhidden \u009b1A \u202egnp\r✔ switched-back';
  for (const say of ['line', 'error'] as const) {
    const text = written((terminal) => terminal[say](hostile));
    expect(text).toBe(
      'pg\\u001b]0;title\\u0007 \\u001b[2J\\u001b[8mhidden \\u009b1A \\u202egnp\\u000d✔ switched-back\n',
    );
  }
});

test('the colours, line breaks and tabs of this program pass', () => {
  expect(written((terminal) => terminal.line('\u001b[1m\u001b[31mred\u001b[39m\u001b[22m\n\ttab'))).toBe(
    '\u001b[1m\u001b[31mred\u001b[39m\u001b[22m\n\ttab\n',
  );
});
