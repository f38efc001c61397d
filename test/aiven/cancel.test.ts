import type { Socket } from 'node:net';
import { Agent } from 'undici';
import { failureOf, serviceReply, TOKEN } from './fixtures';
import { json, pause } from './server';
import { answering, clientOf, later, talking } from './setup';

describe('cancelled by the caller', () => {
  const reason = { name: 'CancelledFailure' };

  test.each(['read', 'write'])(
    'before it began, a %s rejects with the reason itself and sends nothing',
    async (kind) => {
      const { client, server } = await answering(json(200, serviceReply()));
      const signal = AbortSignal.abort(reason);
      const call =
        kind === 'read'
          ? client.getService('crdr-test', 'pg-demo', { signal })
          : client.promote('crdr-test', 'pg-demo', 'role', { signal });
      await expect(call).rejects.toBe(reason);
      expect(server.received).toEqual([]);
    },
  );

  test('a write that waits for its token or its connection rejects with the reason itself', async () => {
    const stop = new AbortController();
    let connections = 0;
    const count = () => {
      connections += 1;
    };
    const { client: waiting } = await talking(count, {
      token: () => {
        stop.abort(reason);
        return TOKEN;
      },
    });
    await expect(waiting.promote('p', 's', 'role', stop)).rejects.toBe(reason);
    await pause(50);
    expect(connections).toBe(0);

    const connected = new AbortController();
    const { server: mute } = await talking(() => connected.abort(reason));
    const dispatcher = new Agent();
    later(() => dispatcher.destroy());
    const connecting = clientOf(mute.url.replace('http:', 'https:'), { dispatcher });
    await expect(connecting.promote('p', 's', 'role', connected)).rejects.toBe(reason);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['before the head', () => {}],
    ['within the body', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{')],
  ])(
    'once sent, %s of the reply: the read has the reason, the write says it is in doubt',
    async (_, begin) => {
      let stop = new AbortController();
      const { client } = await talking((socket) =>
        socket.once('data', () => {
          begin(socket);
          setTimeout(() => stop.abort(reason), 50);
        }),
      );
      await expect(client.getService('p', 's', stop)).rejects.toBe(reason);
      stop = new AbortController();
      const error = await failureOf(client.promote('p', 's', 'role', stop));
      expect(error).toMatchObject({
        kind: 'cancelled',
        write: true,
        outcome: 'maybe-applied',
        retryable: false,
      });
      expect(error.cause).toBe(reason);
    },
  );

  test('a signal that outlives its calls keeps no listeners', async () => {
    const { client } = await answering(json(200, serviceReply()));
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');
    await client.getService('crdr-test', 'pg-demo', { signal });
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]?.[1]).toBe(add.mock.calls[0]?.[1]);
  });
});
