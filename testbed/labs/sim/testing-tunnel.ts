/** Unmodified programs, a terminal with two links, a proxy and a server, in virtual time; what was on the links. */
import { readU16 } from '../../../src/base/bytes.ts';
import { nsPerSecond } from '../../../src/base/time.ts';
import { etherType } from '../../../src/wire/ethernet.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { isMalformed } from '../../../src/wire/malformed.ts';
import type { MptcpOption } from '../../../src/wire/mptcp.ts';
import { parseMptcp } from '../../../src/wire/mptcp-parse.ts';
import { readPcapng } from '../../../src/wire/pcapng.ts';
import { tcpOptionKind } from '../../../src/wire/tcp-options.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadText } from '../../schema/loading.ts';
import { runPlan, type TestedChange, type TestedRun } from './testing-run.ts';

export interface DrawnTunnel {
  readonly links?: string;
  /** Of its streams to the proxy; MPTCP if not given. */
  readonly transport?: 'tcp';
  readonly isTraced?: true;
  readonly traffic: string;
}

function drawn({ links, transport, isTraced, traffic }: DrawnTunnel): string {
  const both = [
    ...(transport === undefined ? [] : [`transport: ${transport}`]),
    ...(isTraced ? ['traced: true'] : []),
  ];
  const ofTerminal = [
    'via: gateway',
    ...both,
    ...(links === undefined ? [] : [`links: [${links}]`]),
  ];
  return `
scenario: tunnel
nodes:
  phone: { kind: terminal, stack: own }
  gateway: { kind: proxy, stack: own }
  server: { kind: host }
links:
  wifi: { between: [phone, gateway], rate: 10 Mbit/s, delay: 10 ms }
  lte: { between: [phone, gateway], rate: 10 Mbit/s, delay: 20 ms }
  core: { between: [gateway, server], delay: 1 ms }
programs:
  uplink: { on: phone, run: terminal, with: { ${ofTerminal.join(', ')} } }
  landing: { on: gateway, run: proxy, with: { ${both.join(', ')} } }
traffic:
${traffic}
`;
}

export const bothWays = `
  up: { run: stream, from: phone, to: server, rate: 400 kbit/s, payload: 500 B, count: 300 }
  down: { run: stream, from: server, to: phone, opened-by: phone, rate: 400 kbit/s, payload: 500 B, count: 300 }
`;

export function runTunnel(
  parts: DrawnTunnel,
  changes: readonly TestedChange[] = [],
  limitNs = 20 * nsPerSecond,
): Promise<TestedRun> {
  const scenario = loadText(drawn(parts)).resolve('default', 'default');
  return runPlan(planScenario(scenario), changes, limitNs);
}

export interface FrameSeen {
  readonly tNs: number;
  readonly bytes: Uint8Array;
}

/** All but the link's own upkeep, as that end of the link sees them: `phone:wifi`. */
export function framesOn(result: TestedRun, end: string): readonly FrameSeen[] {
  const blocks = readPcapng(result.capture);
  if (isMalformed(blocks)) throw new Error(blocks.malformed);
  const names = blocks.flatMap((one) => (one.kind === 'interface' ? [one.name ?? ''] : []));
  return blocks.flatMap((block) => {
    const isThere = block.kind === 'packet' && names[block.interfaceIndex] === end;
    return isThere && !isUpkeep(block.bytes) ? [{ tNs: block.tNs, bytes: block.bytes }] : [];
  });
}

/** ARP; neighbour discovery is not asked for here. */
function isUpkeep(frame: Uint8Array): boolean {
  return readU16(frame, 12) === etherType.arp;
}

export interface SegmentSeen {
  readonly flags: number;
  readonly hasPayload: boolean;
  /** Of MPTCP. */
  readonly options: readonly MptcpOption[];
}

const ipAt = 14;

/** Of a segment over IPv4 in a frame; undefined: it is none. */
export function segmentIn(frame: Uint8Array): SegmentSeen | undefined {
  if (readU16(frame, 12) !== etherType.ipv4 || frame[ipAt + 9] !== ipProtocol.tcp) return undefined;
  const tcpAt = ipAt + (frame[ipAt]! & 15) * 4;
  const end = tcpAt + (frame[tcpAt + 12]! >>> 4) * 4;
  const options: MptcpOption[] = [];
  for (let at = tcpAt + 20; at < end && frame[at] !== tcpOptionKind.endOfList; ) {
    const next = at + (frame[at] === tcpOptionKind.noOperation ? 1 : frame[at + 1]!);
    const option = frame[at] === tcpOptionKind.mptcp ? parseMptcp(frame, at, next) : undefined;
    if (option !== undefined && !isMalformed(option)) options.push(option);
    at = next;
  }
  const hasPayload = ipAt + readU16(frame, ipAt + 2) > end;
  return { flags: frame[tcpAt + 13]!, hasPayload, options };
}
