/** What TCP is told of a subflow. */
import { never } from '../base/time.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';
import { type MptcpSettings, subflowDelayedAckNs } from './settings.ts';

/** Its buffers are the connection's; when to give up is the connection's to say. */
export function subflowSettings(settings: MptcpSettings): Partial<ConnectionSettings> {
  return {
    ...settings.tcp,
    ...(settings.isCoupled && { congestion: 'coupled' as const }),
    isNoDelay: true,
    delayedAckNs: subflowDelayedAckNs,
    receiveBufferBytes: settings.receiveBufferBytes,
    keepAliveNs: never,
    probesPathMtu: false,
  };
}
