import type { Dispatcher } from 'undici';

/**
 * A dispatcher that tells when a request is about to be written to a connection. undici calls
 * `onRequestStart` once it has a usable connection and before the first byte, so a request that fails without
 * it was certainly never sent: refused connection, DNS, TLS, connect timeout, or given up while waiting.
 */
export function watchSend(dispatcher: Dispatcher, onSend: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const watched: Dispatcher.DispatchHandler = {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        try {
          onSend();
        } catch (error) {
          // undici looks at this before it writes.
          controller.abort(error as Error);
        }
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    };
    return dispatch(options, watched);
  });
}
