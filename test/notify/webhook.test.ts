import { createHmac } from 'node:crypto';
import { CloudEvent, type CloudEventV1, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { Receiver } from './receiver';
import { RUN, usual } from './story';
import { HOOK_SECRET, Teller, tell, webhook } from './telling';

async function told(uiUrl?: string) {
  const receiver = await Receiver.open();
  const { events } = usual();
  await tell([webhook(`${receiver.url}/hook?key=1`)], events, { uiUrl });
  return { receiver, events };
}

test('every event is a request of its own, to the very URL', async () => {
  const { receiver, events } = await told();
  expect(receiver.sequence).toEqual(events.map(({ seq }) => seq));
  for (const { path } of receiver.received) expect(path).toBe('/hook?key=1');
});

test('it is a CloudEvent that the official library takes', async () => {
  const { receiver, events } = await told('https://temporal.example/ui');
  const [first] = receiver.received;
  expect(first?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  for (const [index, { headers, body }] of receiver.received.entries()) {
    const cloudEvent = HTTP.toEvent({ headers, body }) as CloudEventV1<unknown>;
    expect(new CloudEvent(cloudEvent, true).validate()).toBe(true);
    const event = events[index];
    expect(cloudEvent).toMatchObject({
      specversion: '1.0',
      id: `${RUN.runId}/${event?.seq}`,
      source: '/switchback/switchback.my-project.pg-main',
      subject: 'my-project/pg-main',
      type: event?.type,
      time: event?.at,
      datacontenttype: 'application/json',
      sequence: String(event?.seq),
      sequencetype: 'Integer',
    });
    const ui = `https://temporal.example/ui/namespaces/default/workflows/${RUN.workflowId}/${RUN.runId}`;
    expect(cloudEvent.data).toEqual({ ...RUN, ...event, links: { ui } });
  }
});

test('without a URL of the UI there are no links', async () => {
  const { receiver } = await told();
  expect(receiver.received[0]?.json.data).not.toHaveProperty('links');
});

test('a workflow id may hold anything', async () => {
  const receiver = await Receiver.open();
  const run = { ...RUN, workflowId: 'mine/1 ü?' };
  const teller = new Teller([webhook(receiver.url)], { uiUrl: 'https://ui.example' });
  await teller.add(usual().events.slice(0, 1), run).end();
  const path = 'mine%2F1%20%C3%BC%3F';
  expect(receiver.received[0]?.json).toMatchObject({
    source: `/switchback/${path}`,
    data: { links: { ui: `https://ui.example/namespaces/default/workflows/${path}/${RUN.runId}` } },
  });
});

describe('the signature', () => {
  test('is what the official library accepts', async () => {
    const { receiver } = await told();
    for (const { headers, body } of receiver.received) {
      const verified = new Webhook(HOOK_SECRET).verify(body, headers as Record<string, string>);
      expect(verified).toEqual(JSON.parse(body));
    }
  });

  test('is HMAC-SHA256 over id, time and body, whoever computes it', async () => {
    const { receiver } = await told();
    const key = Buffer.from(HOOK_SECRET.slice('whsec_'.length), 'base64');
    for (const { headers, body, json } of receiver.received) {
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = headers;
      expect(id).toBe(json.id);
      expect(id).not.toContain('.');
      expect(Math.abs(Number(time) - Date.now() / 1_000)).toBeLessThan(60);
      const expected = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
      expect(signature).toBe(`v1,${expected}`);
    }
  });

  test('does not hold for another body, nor for another secret', async () => {
    const { receiver } = await told();
    const { headers, body } = receiver.received[0] ?? { headers: {}, body: '' };
    const verify = (secret: string, text: string) =>
      new Webhook(secret).verify(text, headers as Record<string, string>);
    expect(() => verify(HOOK_SECRET, body.replace('pg-main', 'pg-evil'))).toThrow('No matching signature');
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    expect(() => verify(other, body)).toThrow('No matching signature');
  });
});
