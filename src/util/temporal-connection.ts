import { InterceptingCall, type Interceptor, type InterceptorOptions, Metadata, status } from '@grpc/grpc-js';
import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

/**
 * Connects to Temporal, so that {@link Connection.close} is safe while the SDK waits to repeat a request. The SDK's own
 * timer throws then, with nobody to catch it, and ends the process; here that request fails as cancelled.
 *
 * @throws the SDK's own errors
 */
export function connectToTemporal(options: ConnectionOptions): Promise<Connection> {
  const { interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions())] } = options;
  return Connection.connect({ ...options, interceptors: [...interceptors, cancelledOnceClosed] });
}

/** A closed channel throws for each further call. */
const cancelledOnceClosed: Interceptor = (options, nextCall) => {
  try {
    return new InterceptingCall(nextCall(options));
  } catch (error) {
    return cancelled(options, error instanceof Error ? error.message : String(error));
  }
};

function cancelled({ method_definition }: InterceptorOptions, details: string): InterceptingCall {
  const ended = { code: status.CANCELLED, details, metadata: new Metadata() };
  return new InterceptingCall({
    start: (_metadata, listener) => listener?.onReceiveStatus?.(ended),
    cancelWithStatus: () => undefined,
    sendMessageWithContext: () => undefined,
    sendMessage: () => undefined,
    startRead: () => undefined,
    halfClose: () => undefined,
    getPeer: () => method_definition.path,
    getAuthContext: () => null,
  });
}
