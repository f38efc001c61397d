import { newPassword } from '../secrets';
import type { Backing, BackingFactory } from './backing';

const PORT = 21699;

/** No servers at all: for tests with hundreds of pairs. The addresses are made up and lead nowhere. */
export const memoryBacking: BackingFactory = {
  create: async (names): Promise<Backing> => ({
    version: '18.1',
    password: newPassword(),
    addresses: {
      primary: { host: `${names.primary}.lab.invalid`, port: PORT },
      recovery: { host: `${names.recovery}.lab.invalid`, port: PORT },
    },
    shared: { host: `dr-${names.primary}.lab.invalid`, port: PORT },
    data: undefined,
    swap: async () => undefined,
    fail: async () => undefined,
    rebuild: async () => undefined,
    follow: () => undefined,
    close: async () => undefined,
  }),
  close: async () => undefined,
};
