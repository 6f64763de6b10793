/**
 * For comparison: the same messages, told at the same moments, over a TCP connection between the boards. What the
 * active tells is confirmed when it is whole: its output waits for that, and TCP's own acknowledgements say too
 * little, too late.
 */
import type { Connection } from '../tcp/connection.ts';
import { connectPair, readAll, run, type TestSide, type TestWire } from '../tcp/testing-wire.ts';
import { consumeBytes, readableBytes, writeBytes } from '../tcp/user-calls.ts';

export interface Told {
  readonly atNs: number;
  /** The board that tells. */
  readonly from: number;
  readonly bytes: number;
}

export interface Carriage {
  readonly frames: number;
  readonly bytes: number;
}

export const ethernetBytes = 14;
/** IEEE 802.3 without the check sequence. */
export const shortestFrameBytes = 60;
/** So that the other side knows where a message ends. */
const lengthBytes = 2;

const confirmationBytes = 4;

/** The standby says of each message of the active that it has it. */
function confirm(wire: TestWire, standby: TestSide, told: readonly Told[]): void {
  const whole = told.filter(({ from }) => from === 1).map(({ bytes }) => bytes + lengthBytes);
  let arrived = 0;
  standby.onReadable = (connection) => {
    const { length } = readableBytes(connection);
    consumeBytes(standby.machine, wire.nowNs, connection, length, standby.sink);
    arrived += length;
    while (whole.length > 0 && arrived >= whole[0]!) {
      arrived -= whole.shift()!;
      const bytes = new Uint8Array(confirmationBytes);
      writeBytes(standby.machine, wire.nowNs, connection, bytes, standby.sink);
    }
    if (readableBytes(connection).length > 0)
      standby.due.push(() => standby.onReadable(connection));
  };
}

export function mirrorOverTcp(told: readonly Told[], delayNs: number): Carriage {
  const pair = connectPair({ delayNs }, { isNoDelay: true });
  const { wire, client } = pair;
  const [a, b] = wire.sides;
  readAll(wire, a);
  const beginNs = wire.nowNs + 100 * delayNs;
  run(wire, beginNs);
  wire.seen.length = 0;
  confirm(wire, b, told);
  const write = (side: TestSide, connection: Connection, bytes: number) =>
    writeBytes(
      side.machine,
      wire.nowNs,
      connection,
      new Uint8Array(bytes + lengthBytes),
      side.sink,
    );
  for (const { atNs, from, bytes } of told) {
    run(wire, beginNs + atNs);
    if (from === 1) write(a, client, bytes);
    else write(b, pair.server(), bytes);
  }
  run(wire, wire.nowNs + 1_000 * delayNs);
  const bytes = wire.seen.map((packet) =>
    Math.max(shortestFrameBytes, ethernetBytes + packet.bytes.length),
  );
  return { frames: bytes.length, bytes: bytes.reduce((sum, each) => sum + each, 0) };
}
