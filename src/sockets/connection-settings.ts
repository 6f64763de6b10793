/** What the host contract asks of a stream, in the words of our TCP. */
import type { StreamSettings } from '../host/stream.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';

export function connectionSettings(wanted: StreamSettings): Partial<ConnectionSettings> {
  const { congestion, noDelay, keepAliveNs, userTimeoutNs } = wanted;
  const { sendBufferBytes, receiveBufferBytes } = wanted;
  return {
    ...(congestion !== undefined && { congestion }),
    ...(noDelay !== undefined && { isNoDelay: noDelay }),
    ...(keepAliveNs !== undefined && { keepAliveNs }),
    ...(userTimeoutNs !== undefined && { userTimeoutNs }),
    ...(sendBufferBytes !== undefined && { sendBufferBytes }),
    ...(receiveBufferBytes !== undefined && { receiveBufferBytes }),
  };
}
