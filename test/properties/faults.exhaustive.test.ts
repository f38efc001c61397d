import { keepsPromises } from './keeps-promises';

// The lab's state machine lives on the virtual clock, too.
jest.mock('node:timers/promises', () => jest.requireActual('./clock').virtualTimersPromises);

keepsPromises(150);
