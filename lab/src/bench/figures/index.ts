import type { Figure } from '../figure';
import { command } from './command';
import { fleet } from './fleet';
import { growth } from './growth';
import { history } from './history';
import { noticed } from './noticed';
import { plan } from './plan';
import { replay } from './replay';
import { runbook } from './runbook';
import { startToWrite } from './start-to-write';
import { worker } from './worker';

/** In the order in which they are measured: what is quick and tells most comes first. */
export const figures: Readonly<Record<string, Figure>> = {
  plan,
  'start-to-write': startToWrite,
  runbook,
  noticed,
  history,
  command,
  replay,
  worker,
  fleet,
  growth,
};
