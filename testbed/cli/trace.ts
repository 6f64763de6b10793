import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { parseDuration } from '../../src/base/units.ts';
import { destinationOf, formatLinkTrace } from './link-trace-of.ts';
import { type CapturedPacket, readCapture } from './read-capture.ts';
import type { Session } from './session.ts';

interface TraceFlags {
  readonly to?: string;
  readonly interface?: string;
  readonly step: string;
  readonly out?: string;
}

const examples = `
Examples:
  ropewalk trace from-pcap lte.pcap --to 192.0.2.7 --out lte.csv     and in a link: trace: lte.csv`;

export function addTrace(program: Command, { terminal }: Session): void {
  program
    .command('trace')
    .description('make traces of links')
    .command('from-pcap')
    .description('what arrived at an address in a capture, step by step, as the trace of a link')
    .argument('<file>', 'a capture: pcap or pcapng')
    .option('--to <address>', 'where it arrives; the address that most came to if not given')
    .option('--interface <name>', 'as seen there, such as phone:lte; any if not given')
    .option('--step <time>', 'how long a step is', '100 ms')
    .option('--out <file>', 'where the trace goes; printed if not given')
    .addHelpText('after', examples)
    .action((file: string, flags: TraceFlags) => {
      const packets = readPackets(file).filter((packet) => isSeen(packet, flags));
      const to = flags.to ?? busiest(packets);
      const own = packets.filter((packet) => destinationOf(packet) === to);
      if (own.length === 0) throw nothingThere(file, to, packets);
      const source = `made of ${basename(file)}: ${own.length} packets to ${to}`;
      const trace = formatLinkTrace(own, { stepNs: readStep(flags.step), source });
      if (flags.out === undefined) terminal.print(trace);
      else writeFileSync(flags.out, trace);
    });
}

/** A capture that has both ends of a link has each packet twice: what leaves is left out. */
function isSeen({ interfaceName, isOutbound }: CapturedPacket, flags: TraceFlags): boolean {
  return !isOutbound && (flags.interface === undefined || flags.interface === interfaceName);
}

function readPackets(file: string): CapturedPacket[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const message = `${file} can't be read: ${(error as Error).message}`;
    throw new InputError({
      code: 'unreadable-capture',
      message,
      hint: 'name a file that tcpdump -w wrote',
      cause: error,
    });
  }
  return readCapture(bytes, file);
}

function readStep(text: string): number {
  const stepNs = parseDuration(text);
  if (typeof stepNs === 'number' && stepNs > 0) return stepNs;
  const message = `${JSON.stringify(text)} is no time above 0`;
  throw new InputError({ code: 'command-line', message, hint: 'write a step such as 100 ms' });
}

function busiest(packets: readonly CapturedPacket[]): string {
  return [...bytesByAddress(packets)].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'any address';
}

function bytesByAddress(packets: readonly CapturedPacket[]): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const packet of packets) {
    const to = destinationOf(packet);
    if (to !== undefined) bytes.set(to, (bytes.get(to) ?? 0) + packet.lengthBytes);
  }
  return bytes;
}

function nothingThere(file: string, to: string, packets: readonly CapturedPacket[]): InputError {
  const known = [...bytesByAddress(packets).keys()].slice(0, 5);
  return new InputError({
    code: 'unreadable-capture',
    message: `${file} has no packet to ${to}`,
    hint:
      known.length === 0 ? 'it has no IP packets at all' : `there are some to ${known.join(', ')}`,
  });
}
