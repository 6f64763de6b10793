import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { labTest as test } from '../../linux/testing-lab.ts';
import { emitFrame } from './frames.ts';
import { TargetProcess } from './target-process.ts';
import { Bench } from './testing-bench.ts';
import { Client } from './testing-clients.ts';
import { messagesName, reachUnit } from './unit-address.ts';

const noJson = Uint8Array.of(0, 0, 0, 3, 1, 2, 3);

for (const [what, bytes] of [
  ['bytes that are no message', noJson],
  ['a message without its fields', emitFrame({ kind: 'opened' })],
  ['nothing', emitFrame(null)],
  ['a list that is empty', emitFrame({ kind: 'ask-upgrade', service: 'counter', command: [] })],
] as const) {
  test(`a stranger who says ${what} is cut off or refused, and the unit goes on`, async (t) => {
    await using bench = await Bench.start();
    const client = await Client.connect(bench.port);
    await client.ask();
    const before = await bench.rows();
    const { socket } = await reachUnit(bench.unitName);
    socket.on('error', () => {});
    socket.resume();
    const ended = once(socket, 'close');
    socket.end(bytes);
    await ended;
    t.deepEqual(await bench.rows(), before);
    t.is((await bench.upgradeTo('2')).kind, 'switched-to');
    t.is((await client.ask())!.count, 2);
  });
}

for (const [what, bytes] of [
  ['bytes that are no message', noJson],
  ['nothing', emitFrame(null)],
  ['that it is somebody', emitFrame({ pair: 'guessed' })],
] as const) {
  test(`a stranger who says ${what} at the unit's door is not let in, and the unit goes on`, async (t) => {
    await using bench = await Bench.start();
    const socket = connect(`\0${messagesName(bench.unitName)}`);
    const ended = once(socket, 'close');
    socket.on('error', () => {});
    socket.resume();
    socket.write(bytes);
    await ended;
    t.is((await bench.rows()).length, 1);
  });
}

/** Knocks at its source's door with nonsense, then as a target does. */
const knocking = `
  const { connect } = require('node:net');
  const [name, secret] = process.env.ROPEWALK_UPGRADE_SOURCE.split(' ');
  const frame = (value) => {
    const body = Buffer.from(JSON.stringify(value));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    return Buffer.concat([head, body]);
  };
  const knock = (bytes, then) => {
    const socket = connect('\\0' + name).on('error', () => {}).on('close', then).resume();
    socket.write(bytes);
  };
  knock(Buffer.from([0, 0, 0, 1, 7]), () => knock(frame(null), () => knock(frame({ secret: 'guessed' }), () => {
    knock(Buffer.concat([frame({ secret }), frame({ kind: 'hello', version: '2', pid: 1 })]), () => {});
  })));
`;

test('strangers at the door of a source are not let in, and its target is heard', async (t) => {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const target = new TargetProcess([process.execPath, '-e', knocking], {
    heard: resolve,
    ended: () => reject(new Error('the target ended')),
  });
  t.like(await promise, { kind: 'hello', version: '2' });
  target.end();
});
