/** Frames of the boards on an interface: a copy of every frame comes in, and those of other types are nobody's. */
import { readU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import type { FramePort, Host } from '../host/host.ts';
import {
  type BackupFrame,
  backupEtherType,
  backupHeaderBytes,
  emitBackup,
  parseBackup,
} from '../wire/backup.ts';
import { emitEthernet, ethernetHeaderBytes, ethernetOffset } from '../wire/ethernet.ts';
import { isMalformed } from '../wire/malformed.ts';

/** A link has two ends: whoever is at the other one is meant. */
const broadcast = 0xffff_ffff_ffff as Mac;

export interface BackupPort {
  readonly mtuBytes: number;
  send(frame: BackupFrame): void;
  close(): void;
}

export function openBackupPort(
  host: Host,
  interfaceName: string,
  received: (frame: BackupFrame) => void,
): BackupPort {
  const port: FramePort = host.openFramePort(
    { interface: interfaceName },
    {
      received: (bytes) => {
        if (readU16(bytes, ethernetOffset.type) !== backupEtherType) return;
        const frame = parseBackup(bytes, ethernetHeaderBytes, bytes.length);
        if (!isMalformed(frame)) received(frame);
      },
    },
  );
  return {
    mtuBytes: port.mtuBytes,
    send: (frame) => {
      const bytes = new Uint8Array(ethernetHeaderBytes + backupHeaderBytes + frame.body.length);
      const header = { destination: broadcast, source: port.mac, type: backupEtherType };
      emitBackup(bytes, emitEthernet(bytes, 0, header), frame);
      port.send(bytes);
    },
    close: () => port.close(),
  };
}
