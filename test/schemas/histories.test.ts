import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectSchema, faultsBy } from './validator';

const FOLDER = join(__dirname, '..', 'histories');
const names = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

/** What real runs were started with, were told, answered and ended with. */
test.each(names)('%s holds to the schemas', (file) => {
  const { events } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { events: unknown[] };
  const inputs = found(events, 'workflowExecutionStartedEventAttributes.input');
  const reports = [
    ...found(events, 'workflowExecutionCompletedEventAttributes.result'),
    ...found(events, 'workflowExecutionFailedEventAttributes.failure.applicationFailureInfo.details'),
  ];
  expect({ inputs: inputs.length, reports: reports.length }).toEqual({ inputs: 1, reports: 1 });
  const of = file.startsWith('fleet') ? 'fleet-' : '';
  for (const input of inputs) expectSchema(`${of}input`, input);
  for (const report of reports) expectSchema(`${of}report`, report);
  for (const answer of found(events, 'workflowExecutionUpdateCompletedEventAttributes.outcome.success')) {
    const taken = ['decide-answer', 'approval-answer', 'abort-answer', 'acknowledge', 'fleet-act'].filter(
      (name) => faultsBy(name, answer).length === 0,
    );
    expect(taken).toHaveLength(1);
  }
});

/** The first payload at that place of every event that has it. */
function found(events: unknown[], path: string): unknown[] {
  return events.flatMap((event) => {
    let at = event as Record<string, unknown> | undefined;
    for (const key of path.split('.')) at = at?.[key] as Record<string, unknown> | undefined;
    const [payload] = (at?.payloads ?? []) as { data: string }[];
    return payload === undefined ? [] : [JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8'))];
  });
}
