import { type ErrorCode, errors, exitCodes, SwitchbackError } from '../../src/contract/errors';
import { attributeTypes } from '../../src/contract/search-attributes';
import { workflowIdOf } from '../../src/contract/workflow-id';

test('the workflow id names project and service, without the slash that the HTTP API cannot address', () => {
  expect(workflowIdOf('demo', 'pg-demo')).toBe('switchback.demo.pg-demo');
  expect(workflowIdOf('a-b_c', 'd-e_f')).not.toContain('/');
});

test('no two pairs share a workflow id: names hold no dot', () => {
  const names = ['a', 'a-b', 'a_b', 'b'];
  const ids = names.flatMap((project) => names.map((service) => workflowIdOf(project, service)));
  expect(new Set(ids).size).toBe(ids.length);
});

test('the search attributes keep their names and types', () => {
  expect(attributeTypes).toEqual({
    SwitchbackProject: 'Keyword',
    SwitchbackService: 'Keyword',
    SwitchbackPhase: 'Keyword',
    SwitchbackAlarm: 'Keyword',
    SwitchbackOutcome: 'Keyword',
    SwitchbackGapSeconds: 'Double',
    SwitchbackLostRows: 'Int',
  });
});

describe.each(Object.keys(errors) as ErrorCode[])('the error code %s', (code) => {
  const { title, cause, remedy, exitCode } = errors[code];

  test('is spelled in capitals and says what it is, why, and what to do', () => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    for (const sentence of [cause, remedy]) expect(sentence).toMatch(/^[A-Z`].{20,}[.)…]$/s);
    expect(title).toMatch(/^[A-Z].{10,}[^.]$/);
  });

  test('has an exit code that says failure', () => {
    expect(Object.values(exitCodes)).toContain(exitCode);
    expect(exitCode).not.toBe(exitCodes.done);
  });
});

test('exit codes are distinct', () => {
  const values = Object.values(exitCodes);
  expect(new Set(values).size).toBe(values.length);
});

test('an error carries its code, its message as it is, and its cause', () => {
  const cause = new Error('below');
  const error = new SwitchbackError('DRIFTED', 'It moved.', { cause });
  expect(error).toMatchObject({ name: 'SwitchbackError', code: 'DRIFTED', message: 'It moved.', cause });
});
