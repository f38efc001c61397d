import { movesOf, procedureOf, procedures, procedureTypes } from '../../src/contract/procedure';
import { promotions, rebuildBody } from '../../src/contract/promotion';
import * as workflows from '../../src/workflows';

test('each procedure is a workflow of that very name', () => {
  expect(Object.keys(workflows)).toEqual(expect.arrayContaining([...procedureTypes]));
  for (const [name, { workflowType }] of Object.entries(procedures))
    expect(procedureOf(workflowType)).toBe(name);
  expect(procedureOf('pairLockWorkflow')).toBeUndefined();
});

test('only a failback may have a service rebuilt, and nothing can ask for the role failed', () => {
  const rebuilding = procedureTypes.filter((type) => movesOf(type).includes('rebuild'));
  expect(rebuilding).toEqual(['failbackWorkflow']);
  expect(movesOf('somebodyElsesWorkflow')).toEqual([]);
  expect(JSON.stringify([promotions, rebuildBody])).not.toContain('failed');
});
