import type { DevServer } from '../../src/dev-server';

/** What set-up leaves for teardown: jest loads the two apart, but keeps them in one process. */
export const forTeardown: { server?: DevServer; folder?: string } = {};
