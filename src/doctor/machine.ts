import { oldestNode } from '../version';
import { ask, type Finding } from './ask';
import type { DoctorCheck } from './report';

/** This machine, and what was configured on it. */
export function examineMachine(
  faults: readonly string[],
  nodeVersion = process.versions.node,
): Promise<DoctorCheck[]> {
  return Promise.all([
    ask(
      {
        id: 'node-version',
        group: 'machine',
        title: 'Node.js',
        remedy: `Install Node.js ${oldestNode} or newer.`,
      },
      () => judgeNode(nodeVersion),
    ),
    ask(
      {
        id: 'configuration',
        group: 'machine',
        title: 'configuration',
        remedy: 'Set what is named; docs/configuration.md lists every variable.',
      },
      () =>
        faults.length === 0
          ? { verdict: 'ok', observed: 'every variable can be used' }
          : { verdict: 'fail', observed: faults.join('; ') },
    ),
  ]);
}

function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  const isOldEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return { verdict: isOldEnough ? 'ok' : 'fail', observed: version };
}
