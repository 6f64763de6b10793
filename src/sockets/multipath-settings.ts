/** What the host contract asks of a stream over MPTCP, in the words of ours. */
import type { StreamSettings } from '../host/stream.ts';
import { defaultMptcpSettings, type MptcpSettings } from '../mptcp/settings.ts';
import { connectionSettings } from './connection-settings.ts';

export function multipathSettings(wanted: StreamSettings): MptcpSettings {
  const { sendBufferBytes, receiveBufferBytes, multipath = {} } = wanted;
  const { interfaces, backups, scheduler, coupled, checksum, messages, resumeNs, traced } =
    multipath;
  return {
    ...defaultMptcpSettings,
    tcp: connectionSettings(wanted),
    ...(sendBufferBytes !== undefined && { sendBufferBytes }),
    ...(receiveBufferBytes !== undefined && { receiveBufferBytes }),
    ...(interfaces !== undefined && { interfaces }),
    ...(backups !== undefined && { backups }),
    ...(scheduler !== undefined && { scheduler }),
    ...(coupled !== undefined && { isCoupled: coupled }),
    ...(checksum !== undefined && { usesChecksum: checksum }),
    ...(messages !== undefined && { keepsMessages: messages }),
    ...(resumeNs !== undefined && { resumeNs }),
    ...(traced !== undefined && { tellsMappings: traced }),
  };
}
