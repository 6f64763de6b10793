import {
  closeDescriptor,
  openSocketPair,
  readDescriptor,
  writeDescriptor,
} from '../../linux/descriptor.ts';
import { labTest as test } from '../../linux/testing-lab.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { MessageChannel } from './message-channel.ts';
import { type DaemonNotice, emitMessage, type Message, readMessage } from './messages.ts';

class Bench implements AsyncDisposable {
  readonly loop = new KernelLoop();
  readonly heard: DaemonNotice[] = [];
  readonly channel: MessageChannel<DaemonNotice>;
  /** The other end, which a test speaks for. */
  readonly peer: number;
  endings = 0;

  constructor() {
    const [ours, theirs] = openSocketPair('sequenced');
    this.peer = theirs;
    this.channel = new MessageChannel<DaemonNotice>(this.loop, ours, {
      heard: ({ message }) => this.heard.push(message),
      ended: () => {
        this.endings += 1;
      },
    });
  }

  say(message: Message): void {
    writeDescriptor(this.peer, emitMessage(message));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.loop.nextTurn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel.close();
    await this.loop[Symbol.asyncDispose]();
  }
}

const notice = (name: string) => ({ kind: 'interface-removed', interface: name }) as const;
const refused = { kind: 'refused', code: 'no-free-port' } as const;
const isRefusal = (message: Message): message is typeof refused => message.kind === 'refused';

test('what comes before an answer is heard after it, in its order, and not inside the question', async (t) => {
  await using bench = new Bench();
  for (const name of ['one', 'two']) bench.say(notice(name));
  bench.say(refused);
  bench.say(notice('three'));
  t.deepEqual(bench.channel.ask({ kind: 'enter' }, isRefusal), refused);
  t.deepEqual(bench.heard, []);
  await bench.until(() => bench.heard.length === 3);
  t.deepEqual(bench.heard, ['one', 'two', 'three'].map(notice));
  closeDescriptor(bench.peer);
});

test('notices wait for a peer that does not read, and packets do not', async (t) => {
  await using bench = new Bench();
  const packet = new Uint8Array(60_000);
  for (let n = 0; n < 100; n++)
    bench.channel.say({ kind: 'stray-packet', interface: 'wifi' }, packet);
  for (let n = 0; n < 1_000; n++) bench.channel.say({ kind: 'release', lease: n });
  const room = new Uint8Array(70_000);
  const leases: number[] = [];
  let packets = 0;
  const readAll = () => {
    for (
      let length = readDescriptor(bench.peer, room);
      length;
      length = readDescriptor(bench.peer, room)
    ) {
      const { message } = readMessage<Message>(room.subarray(0, length));
      if (message.kind === 'release') leases.push(message.lease);
      else packets += 1;
    }
  };
  while (leases.length < 1_000) {
    readAll();
    bench.loop.after(1_000_000, () => undefined);
    await bench.loop.nextTurn();
  }
  t.true(packets > 0 && packets < 100);
  t.deepEqual(
    leases,
    Array.from({ length: 1_000 }, (_, n) => n),
  );
  closeDescriptor(bench.peer);
});

test('the end of the peer is told once, and ends a question', async (t) => {
  await using bench = new Bench();
  closeDescriptor(bench.peer);
  t.is(bench.channel.ask({ kind: 'enter' }, isRefusal), undefined);
  t.is(bench.endings, 0, 'told inside a call');
  await bench.until(() => bench.endings > 0);
  bench.channel.say(notice('late'));
  t.is(bench.channel.ask({ kind: 'enter' }, isRefusal), undefined);
  t.is(bench.endings, 1);
});
