import type { Dialect, Lab } from '../../lab/src/lab';

export type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed; the text itself if it is no JSON. */
  body: Json;
  text: string;
}

export const DIALECTS: Dialect[] = ['role', 'promote-to-master'];

/** A request with the lab's token; `path` starts with a slash. */
export async function ask(
  lab: Lab,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, headers } = options;
  const response = await fetch(`${lab.baseUrl}${path}`, {
    method,
    headers: { authorization: `aivenv1 ${lab.token}`, connection: 'close', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text), text };
}

export function serviceUrl(lab: Lab, service: string): string {
  return `/v1/project/${lab.project}/service/${service}`;
}

export async function getService(lab: Lab, service: string): Promise<Json> {
  const { body } = await ask(lab, 'GET', serviceUrl(lab, service));
  return body.service as Json;
}

/** The write that makes a service active, in the lab's dialect. */
export function promote(lab: Lab, service: string): Promise<Answer> {
  const body =
    lab.dialect === 'role'
      ? { disaster_recovery_role: 'active' }
      : { disaster_recovery_promote_to_master: true };
  return ask(lab, 'PUT', serviceUrl(lab, service), { body });
}

/** What the API says in the lab's dialect, as `<role or status> <state>` of both services. */
export async function observe(lab: Lab): Promise<{ primary: string; recovery: string }> {
  const [pair] = lab.pairs;
  if (!pair) throw new Error('no pair');
  const primary = await getService(lab, pair.primary);
  const recovery = await getService(lab, pair.recovery);
  if (lab.dialect === 'role') {
    const show = (service: Json) => `${service.disaster_recovery_role} ${service.state}`;
    return { primary: show(primary), recovery: show(recovery) };
  }
  const { body } = await ask(lab, 'GET', `${serviceUrl(lab, pair.primary)}/disaster-recovery`);
  const sides = body.disaster_recovery as Record<'primary' | 'recovery', Json | undefined>;
  const show = (side: 'primary' | 'recovery', service: Json) => `${sides[side]?.status} ${service.state}`;
  return { primary: show('primary', primary), recovery: show('recovery', recovery) };
}

/** Asks until the answer passes; fails with the last one after `timeoutMs`. */
export async function until<T>(
  question: () => Promise<T> | T,
  passes: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await question();
    if (passes(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not in time; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
