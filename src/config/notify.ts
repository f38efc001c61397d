import { z } from 'zod';
import { eventTypes } from '../contract/events';
import type { SinkSettings } from '../notify';
import { faultOfToken, faultOfUrl, faultOfWebhookSecret } from '../notify';
import { compact } from '../util/compact';
import { isClearText } from './clear-text';
import type { Env } from './environment';
import { faultsOfReference, type Reference, readerOf, readJson, referenceTo } from './references';

const url = z.string().superRefine((text, context) => {
  const fault = faultOfUrl(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});
const common = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and "-"')
    .optional(),
  events: z.array(z.enum(eventTypes)).min(1).optional(),
};
/** A token is sent to it. */
const baseUrl = (usual: string) =>
  url
    .refine((text) => !isClearText(text), 'must be https: a token is sent to it')
    .transform((text) => text.replace(/\/+$/, ''))
    .default(usual);
const sink = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('webhook'),
      ...common,
      url: z.union([url, referenceTo('URL')], {
        error:
          'must be an http or https URL without a user or a password, {"file":"/path"} or {"env":"VARIABLE"}',
      }),
      secret: referenceTo('secret'),
    }),
    z.strictObject({
      type: z.literal('slack'),
      ...common,
      baseUrl: baseUrl('https://slack.com/api'),
      channel: z.string().regex(/^[#\w.-]{1,80}$/, 'must be the id or the name of a channel'),
      token: referenceTo('token'),
    }),
    z.strictObject({
      type: z.literal('pagerduty'),
      ...common,
      baseUrl: baseUrl('https://events.pagerduty.com'),
      routingKey: referenceTo('routing key'),
    }),
  ],
  { error: 'must be "webhook", "slack" or "pagerduty"' },
);
const file = z.strictObject({ sinks: z.array(sink).min(1) });

type Sink = z.output<typeof sink>;

/** The sinks in the file, or everything that is wrong with them. No message ever holds a value. */
export function readNotify(
  path: string | undefined,
  env: Env,
): { value: SinkSettings[] } | { faults: string[] } {
  if (path === undefined) return { value: [] };
  const json = readJson(path);
  if ('fault' in json) return { faults: [json.fault] };
  const parsed = file.safeParse(json.value);
  if (!parsed.success)
    return { faults: parsed.error.issues.map((issue) => `${path}: ${describeIssue(issue)}`) };
  const { sinks } = parsed.data;
  const faults = sinks.flatMap((one, index) =>
    [...faultsOfName(sinks, index), ...faultsOfSecrets(one, env)].map(
      (fault) => `${path}: sinks.${index}.${fault}`,
    ),
  );
  return faults.length > 0 ? { faults } : { value: sinks.map((one) => settingsOf(one, env)) };
}

function settingsOf(one: Sink, env: Env): SinkSettings {
  const { events } = one;
  const both = { name: nameOf(one), ...compact({ events }) };
  switch (one.type) {
    case 'webhook':
      return { ...both, type: one.type, url: urlOf(one.url, env), secret: readerOf(one.secret, env) };
    case 'slack':
      return {
        ...both,
        type: one.type,
        baseUrl: one.baseUrl,
        channel: one.channel,
        token: readerOf(one.token, env),
      };
    case 'pagerduty':
      return { ...both, type: one.type, baseUrl: one.baseUrl, routingKey: readerOf(one.routingKey, env) };
  }
}

function urlOf(from: string | Reference, env: Env): () => Promise<string> {
  return typeof from === 'string' ? async () => from : readerOf(from, env);
}

function faultsOfSecrets(one: Sink, env: Env): string[] {
  switch (one.type) {
    case 'webhook':
      return [
        ...(typeof one.url === 'string' ? [] : faultsOfReference('url', one.url, env, faultOfUrl)),
        ...faultsOfReference('secret', one.secret, env, faultOfWebhookSecret),
      ];
    case 'slack':
      return faultsOfReference('token', one.token, env, faultOfToken);
    case 'pagerduty':
      return faultsOfReference('routingKey', one.routingKey, env, faultOfToken);
  }
}

/** What is told to a sink is kept under its name. */
function faultsOfName(sinks: Sink[], index: number): string[] {
  const names = sinks.map(nameOf);
  return names.indexOf(names[index] ?? '') === index ? [] : ['name: another sink has this name already'];
}

function nameOf({ name, type }: Sink): string {
  return name ?? type;
}

/** `sinks.0.url: must be …`, without any value. */
function describeIssue({ path, message, code, ...issue }: z.core.$ZodIssue): string {
  const where = path.length > 0 ? `${path.join('.')}: ` : '';
  if (code === 'unrecognized_keys' && 'keys' in issue) return `${where}unknown: ${issue.keys.join(', ')}`;
  return `${where}${message}`;
}
