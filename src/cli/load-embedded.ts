import { SwitchbackError } from '../contract/errors';

/** As package.json names them. */
const OPTIONAL = /'(@temporalio\/|@opentelemetry\/|proxy-from-env|https-proxy-agent)/;

type EmbeddedModule = typeof import('../hosting/embedded');

/**
 * The one part of the command that needs a worker.
 *
 * @throws SwitchbackError CONFIG_INVALID where the optional packages were not installed
 */
export function loadEmbedded(load = (): EmbeddedModule => require('../hosting/embedded')): EmbeddedModule {
  try {
    return load();
  } catch (error) {
    const { code, message: why } = error as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' || !OPTIONAL.test(why)) throw error;
    const message =
      'This installation holds the client alone, and --embedded runs a worker. Install switchback without --omit=optional.';
    throw new SwitchbackError('CONFIG_INVALID', message, { cause: error });
  }
}
