/** What a TCP segment costs in virtual time, and how much of the machine an idle connection holds. */
import process from 'node:process';
import { nsPerMs, nsPerSecond } from '../../../../src/base/time.ts';
import { listen } from '../../../../src/tcp/listeners.ts';
import { openConnection } from '../../../../src/tcp/open.ts';
import {
  createTestWire,
  endpointOf,
  run,
  type TestWire,
} from '../../../../src/tcp/testing-wire.ts';
import { consumeBytes, readableBytes, writeBytes } from '../../../../src/tcp/user-calls.ts';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../../plan/testing-topology.ts';

/** Two hosts, a link between them, and one stream: each frame that the link delivers is a segment. */
export function planTcpStream(bytes: number): Plan {
  const stream = {
    transport: 'tcp',
    bytes,
    count: undefined,
    rateBps: undefined,
    payloadBytes: 8_192,
  } as const;
  return planScenario(
    scenario(
      {
        nodes: [node('server', 'host'), node('client', 'host')],
        links: [link('wire', ['server', 'client'], { delayNs: ms(5), rateBps: 1_000_000_000 })],
      },
      { limitNs: 3_600 * nsPerSecond, traffic: [traffic('flow', 'server', 'client', stream)] },
    ),
  );
}

const idleConnections = 10_000;
const saidBytes = 500;

/** Mebibytes that one machine holds for 10 000 connections, each of which once said a word and heard it. */
export function measureIdleConnections(): number {
  const wire = createTestWire();
  const [client, server] = wire.sides;
  Object.assign(wire.seen, { push: () => 0 });
  listen(server.machine, { port: 80 });
  echo(wire);
  const before = heldBytes();
  for (let place = 0; place < idleConnections; place++) {
    const local = endpointOf(client, 1_024 + place);
    const options = { local, remote: endpointOf(server, 80) };
    const opened = openConnection(client.machine, wire.nowNs, options, client.sink);
    if (opened === 'in-use') throw new Error('in use');
    writeBytes(client.machine, wire.nowNs, opened, new Uint8Array(saidBytes), client.sink);
    if (place % 100 === 99) letPass(wire);
  }
  letPass(wire);
  const held = heldBytes() - before;
  if (client.machine.connections.count !== idleConnections) throw new Error('connections are gone');
  // Both ends are here.
  return held / 2 / 2 ** 20;
}

function echo(wire: TestWire): void {
  const [client, server] = wire.sides;
  server.onReadable = (connection) => {
    const heard = readableBytes(connection).slice();
    consumeBytes(server.machine, wire.nowNs, connection, heard.length, server.sink);
    writeBytes(server.machine, wire.nowNs, connection, heard, server.sink);
  };
  client.onReadable = (connection) => {
    const { length } = readableBytes(connection);
    consumeBytes(client.machine, wire.nowNs, connection, length, client.sink);
  };
}

/** What the test wire keeps about its sides is not the machine's. */
function letPass(wire: TestWire): void {
  run(wire, wire.nowNs + 200 * nsPerMs);
  for (const side of wire.sides) {
    side.states.length = 0;
    side.records.length = 0;
    side.accepted.length = 0;
  }
}

function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
