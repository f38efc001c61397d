import { DeliveryFailure } from './failure';
import type { Secret } from './settings';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const [SHORTEST, LONGEST] = [24, 64];

/** What is wrong with a secret for webhooks; its value is never repeated. */
export function faultOfWebhookSecret(text: string): string | undefined {
  const key = text.slice(PREFIX.length);
  if (!text.startsWith(PREFIX) || !BASE64.test(key)) return 'must be whsec_ followed by base64';
  const { length } = Buffer.from(key, 'base64');
  if (length < SHORTEST || length > LONGEST) return `must encode ${SHORTEST} to ${LONGEST} bytes`;
  return undefined;
}

/** What is wrong with a token, which goes into a header. */
export function faultOfToken(text: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? undefined : 'must be one word of printable ASCII';
}

/** What is wrong with a URL to post to. */
export function faultOfUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'must be an http or https URL';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  return undefined;
}

/**
 * Reads a secret for one delivery.
 *
 * @throws DeliveryFailure that says what is wrong with it, and never what it is: somebody may be renewing it.
 */
export async function read(
  what: string,
  secret: Secret,
  faultOf: (text: string) => string | undefined,
): Promise<string> {
  let text: string;
  try {
    text = await secret();
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new DeliveryFailure('later', `its ${what} cannot be read (${code})`);
  }
  const fault = faultOf(text);
  if (fault !== undefined) throw new DeliveryFailure('later', `its ${what} ${fault}`);
  return text;
}
