import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { behaviourSchema, type Change, overridesSchema } from './changes';
import { ApiError } from './errors';
import type { FaultInput } from './faults';
import type { Lab, LabPair } from './surface';

const loadSchema = z.strictObject({ rate: z.number().positive().optional() });

/**
 * The lab's own door, under `/_lab`: look at requests and pairs, add faults, make things happen.
 * No token needed; the lab listens on loopback only.
 */
export function addControlPath(server: FastifyInstance, lab: Lab): void {
  void server.register(
    async (door) => {
      door.get('/', async () => describe(lab));
      door.get('/pairs', async () => lab.pairs.map((pair) => pair.status()));
      door.post('/pairs/:pair/switchover', async (request) => switchTo(request, (pair) => pair.switchover()));
      door.post('/pairs/:pair/switchback', async (request) => switchTo(request, (pair) => pair.switchback()));
      door.post('/pairs/:pair/behaviour', async (request) => {
        const pair = pairOf(request);
        pair.behave(behaviourSchema.parse(request.body ?? {}));
        return pair.status();
      });
      door.post('/pairs/:pair/load', async (request) => {
        await pairOf(request).startLoad(loadSchema.parse(request.body ?? {}));
        return {};
      });
      door.delete('/pairs/:pair/load', async (request) => {
        const { load, primary } = pairOf(request);
        if (!load) throw new ApiError(404, `The pair of ${primary} has no load`);
        return load.stop();
      });
      door.patch('/services/:service', async (request) => {
        const { service } = request.params as { service: string };
        await lab.apply({ kind: 'override', service, ...overridesSchema.parse(request.body ?? {}) });
        return {};
      });
      door.delete('/services/:service', async (request) => {
        const { service } = request.params as { service: string };
        await lab.apply({ kind: 'restore', service });
        return {};
      });
      door.post('/changes', async (request) => {
        await lab.apply(request.body as Change);
        return {};
      });
      door.get('/requests', async (request) => lab.requests((request.query as { service?: string }).service));
      door.delete('/requests', async () => {
        lab.clearRequests();
        return {};
      });
      door.get('/faults', async () => lab.faults());
      door.post('/faults', async (request) => lab.addFault(request.body as FaultInput));
      door.delete('/faults', async () => {
        lab.clearFaults();
        return {};
      });
      door.delete('/faults/:id', async (request) => {
        lab.clearFaults(Number((request.params as { id: string }).id));
        return {};
      });
    },
    { prefix: '/_lab' },
  );

  function pairOf(request: { params: unknown }): LabPair {
    const { pair: name } = request.params as { pair: string };
    const found = lab.pairs.find(({ primary, recovery }) => primary === name || recovery === name);
    if (!found) throw new ApiError(404, `The lab has no pair ${name}`);
    return found;
  }

  /** Answers when the role change has begun, or with `?wait` when it is over. */
  async function switchTo(
    request: { params: unknown; query: unknown },
    begin: (pair: LabPair) => Promise<void>,
  ) {
    const pair = pairOf(request);
    const over = begin(pair);
    if ('wait' in (request.query as object)) await over;
    // Refused at once, or begun; what befalls a change that has begun shows in the status.
    else await Promise.race([over, new Promise((resolve) => setImmediate(resolve))]);
    over.catch(() => {});
    return pair.status();
  }
}

/** What someone needs to talk to the lab; with the token and, in the URIs, the passwords. */
export function describe({ baseUrl, token, project, dialect, pairs }: Lab) {
  return {
    baseUrl,
    token,
    project,
    dialect,
    pairs: pairs.map(({ primary, recovery, serviceUri, primaryUri, recoveryUri, probe, resolvers }) => ({
      primary,
      recovery,
      ...(serviceUri === undefined ? {} : { serviceUri, primaryUri, recoveryUri, probe }),
      ...(resolvers.length === 0 ? {} : { resolvers }),
    })),
  };
}
