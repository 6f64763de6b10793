/** What tshark's experts say of packets. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { encodePcapngBlock, pcapngLinkType } from '../../wire/pcapng.ts';

interface Seen {
  readonly atNs: number;
  readonly packet: Uint8Array;
}

/** PI_WARN of epan/proto.h: warnings and errors, malformed packets among them; chats and notes are below. */
const leastSeverity = 0x60_0000;

/** Warnings and errors, a line each; undefined: tshark is not here. */
export function askExperts(packets: readonly Seen[]): readonly string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-experts-'));
  try {
    const file = join(folder, 'seen.pcapng');
    writeFileSync(file, captureOf(packets));
    const fields = ['_ws.expert.severity', '_ws.expert.message'].flatMap((name) => ['-e', name]);
    const checks = [
      '-o',
      'tcp.check_checksum:TRUE',
      '-Y',
      `_ws.expert.severity >= ${leastSeverity}`,
    ];
    // What streams carry is not asked about; of random bytes some look like anything to a dissector that guesses.
    const protocols = ['-d', 'tcp.port==1-65535,data'];
    const argv = ['-r', file, ...protocols, ...checks, '-T', 'fields', ...fields];
    const { stdout, stderr, status, error } = spawnSync('tshark', argv, { encoding: 'utf8' });
    if (error) return undefined;
    const complaint = status === 0 ? [] : [stderr];
    return [...stdout.split('\n').filter((line) => line !== ''), ...complaint];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What a right peer in real time may do. A reader that is kept from its processor fills its window, and Linux
 * writes all ones for a TCP checksum of zero (CSUM_MANGLED_0 in skb_checksum_help), which is as good.
 */
const harmless = /window specified by the receiver is now completely full|0xffff instead of 0x0000/;

/** Where nothing is lost there is nothing to warn of, or nothing that `isFault` names one. */
export function pleaseExperts(
  t: ExecutionContext,
  packets: readonly Seen[],
  isFault: (remark: string) => boolean = () => true,
): void {
  const remarks = askExperts(packets);
  const faults = remarks?.filter((remark) => !harmless.test(remark) && isFault(remark));
  if (faults === undefined) t.log('tshark is not here');
  else t.deepEqual(faults, []);
}

function captureOf(packets: readonly Seen[]): Uint8Array {
  return Buffer.concat([
    encodePcapngBlock({ kind: 'section', application: 'ropewalk' }),
    encodePcapngBlock({ kind: 'interface', linkType: pcapngLinkType.ip, name: 't0' }),
    ...packets.map(({ atNs, packet }) => encodePcapngBlock(packetBlock(atNs, packet))),
  ]);
}

function packetBlock(atNs: number, bytes: Uint8Array) {
  return {
    kind: 'packet',
    interfaceIndex: 0,
    tNs: Math.round(atNs),
    originalBytes: bytes.length,
    bytes,
    direction: 'unknown',
  } as const;
}
