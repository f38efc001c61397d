import type { Secret, SinkSettings } from '../notify';
import { ask, type Finding, type Question, skip } from './ask';
import { throughProxy, touch } from './network';
import type { DoctorCheck } from './report';

const SINK: Question = {
  id: 'sink-reachable',
  group: 'notifications',
  title: 'sinks',
  remedy:
    'Check its address in the file that SWITCHBACK_NOTIFY names, and the network between here and there.',
};

/** Whether those who are to be told of runs can be reached. Nothing is sent to them. */
export async function examineSinks(sinks: readonly SinkSettings[] | undefined): Promise<DoctorCheck[]> {
  if (sinks === undefined) return [skip(SINK, 'SWITCHBACK_NOTIFY cannot be used')];
  if (sinks.length === 0) return [skip(SINK, 'SWITCHBACK_NOTIFY is not set')];
  return Promise.all(
    sinks.map((sink) =>
      ask({ ...SINK, title: sink.type, about: sink.name }, (signal) => judgeSink(sink, signal)),
    ),
  );
}

async function judgeSink(sink: SinkSettings, signal: AbortSignal): Promise<Finding> {
  const { url, secret } = await addressOf(sink);
  if (!URL.canParse(url) || secret.trim() === '') {
    const remedy = 'Check the files or variables that its entry refers to.';
    return { verdict: 'fail', observed: 'its address or its secret cannot be read', remedy };
  }
  await touch(url, signal);
  // The rest of an address can be a secret.
  return {
    verdict: 'ok',
    observed: `${new URL(url).host} can be reached${throughProxy(url)}; nothing was sent`,
  };
}

/** Where it is, and what it is told by; empty where that cannot be read. */
async function addressOf(sink: SinkSettings): Promise<{ url: string; secret: string }> {
  const told = (secret: Secret) => secret().catch(() => '');
  switch (sink.type) {
    case 'webhook':
      return { url: await told(sink.url), secret: await told(sink.secret) };
    case 'slack':
      return { url: sink.baseUrl, secret: await told(sink.token) };
    case 'pagerduty':
      return { url: sink.baseUrl, secret: await told(sink.routingKey) };
  }
}
