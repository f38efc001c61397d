import { SwitchbackError } from '../contract/errors';

/** The parts of `HOST:PORT`; an IPv6 address stands in brackets. */
export function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

/** Why nothing can be served at an address, as a fault of the configuration. */
export function cannotListen(variable: string, address: string, error: unknown): SwitchbackError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = /in use/i.test(message) || code === 'EADDRINUSE' ? 'something else listens there' : message;
  return new SwitchbackError('CONFIG_INVALID', `${variable}: cannot listen on ${address}: ${why}`, {
    cause: error,
  });
}
