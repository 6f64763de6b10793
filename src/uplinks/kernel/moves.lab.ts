/** Many random moves, and how fast: a proof has more of them, and alone judges milliseconds. */
import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import process from 'node:process';
import type { Endpoint } from '../../base/address.ts';
import { drawBelow, seedRandom } from '../../base/random.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { getLongOption, socketOption } from '../../linux/socket.ts';
import { openDiagSocket } from '../../linux/socket-diag.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { type Change, nobody } from '../change-message.ts';
import { handleChange } from '../stack-side.ts';
import { listApplications } from './applications.ts';
import { KernelGround } from './kernel-ground.ts';
import { clearOurMarks } from './leftovers.ts';
import { markOf, removeOurs } from './link-routing.ts';
import { NewSockets } from './new-sockets.ts';
import { namespaceOf } from './process-table.ts';
import { TestSocket } from './testing-socket.ts';
import { addressOn, type LinkName, lte, TestTerminal, wifi } from './testing-terminal.ts';
import { countWire } from './testing-wire-counts.ts';

const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const moves = isProof ? 10_000 : 300;
const noRecords = { record: () => undefined };

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function changeOf(socket: TestSocket, family: 4 | 6, link: typeof wifi | typeof lte): Change {
  const { ino: inode } = fstatSync(socket.fd);
  const cookie = getLongOption(socket.fd, socketOption.cookie);
  const identity = { family, protocol: 'udp', inode, cookie } as const;
  const address = addressOn(link, family);
  return { kind: 'change', order: 1, action: 'move', socket: identity, holder: nobody, address };
}

interface Mover {
  readonly family: 4 | 6;
  readonly socket: TestSocket;
  readonly port: number;
  link: typeof wifi | typeof lte;
}

function openMovers(terminal: TestTerminal, sockets: DisposableStack): Mover[] {
  return Array.from({ length: 8 }, (_, at) => {
    const family = at % 2 === 0 ? 4 : 6;
    const socket = sockets.use(new TestSocket(terminal, { protocol: 'udp', family }));
    return { family, socket, link: wifi, port: socket.local.port };
  });
}

function isWhereItWasPut({ family, link, port }: Mover, seen: Endpoint | undefined): boolean {
  return seen?.address === addressOn(link, family) && seen.port === port;
}

test(`system 1.5: ${moves} random moves under traffic: each socket is where it was put, with its port, and no other is touched`, async (t) => {
  t.timeout(600_000);
  await using terminal = new TestTerminal();
  await terminal.startFar();
  using ground = terminal.within(() => new KernelGround());
  using sockets = new DisposableStack();
  const all = openMovers(terminal, sockets);
  const counts = countWire(terminal);
  const random = seedRandom(10, 'moves');
  const tookMs: number[] = [];
  const said: Record<LinkName, number> = { wifi: 0, lte: 0 };
  const say = ({ socket, link }: Mover) => {
    socket.say();
    said[link.name as LinkName] += 1;
  };
  for (let count = 0; count < moves; count++) {
    const one = all[drawBelow(random, all.length)]!;
    const others = all.filter((other) => other !== one);
    // What others say is on its way while this one moves.
    for (const other of others) say(other);
    one.link = drawBelow(random, 2) === 0 ? wifi : lte;
    const began = performance.now();
    const change = changeOf(one.socket, one.family, one.link);
    const { result } = terminal.within(() => handleChange(ground, change, noRecords));
    say(one);
    tookMs.push(performance.now() - began);
    if (result !== 'moved') t.fail(`move ${count}: ${result}`);
    for (const each of all) {
      const seen = each.socket.hear();
      const isThere = isWhereItWasPut(each, seen) && isWhereItWasPut(each, each.socket.local);
      if (!isThere) t.fail(`move ${count}, port ${each.port}: ${JSON.stringify(seen)}`);
    }
  }
  const none = { astray: 0 };
  t.deepEqual(counts.read(), { sent: { ...said, ...none }, received: { ...said, ...none } });
  const middle = median(tookMs);
  t.log(`from the decision to the first packet: ${middle.toFixed(2)} ms at the median`);
  if (isProof) t.true(middle <= 1, `${middle} ms`);
  const { marks, rules } = terminal.within(() => {
    using route = new RouteSocket();
    return { marks: clearOurMarks(), rules: removeOurs(route).rules };
  });
  t.is(marks, 0, 'a rebound socket needs no mark');
  t.true(rules <= 8, 'two rules for each link and family');
});

test('a thousand sockets of two hundred processes are listed', async (t) => {
  t.timeout(120_000);
  await using terminal = new TestTerminal();
  const holders = Array.from({ length: 200 }, () => {
    using sockets = new DisposableStack();
    const held = Array.from({ length: 5 }, () =>
      sockets.use(new TestSocket(terminal, { protocol: 'udp', family: 4 })),
    );
    const stdio = ['ignore', 'ignore', 'ignore', ...held.map(({ fd }) => fd)] as const;
    return terminal.within(() => spawn('sleep', ['300'], { stdio: [...stdio] }));
  });
  try {
    using diag = terminal.within(() => openDiagSocket());
    const namespace = terminal.within(() => namespaceOf('thread-self')!);
    const tookMs = Array.from({ length: 5 }, () => {
      const began = performance.now();
      const [found] = listApplications(diag, namespace);
      t.is(found?.sockets.length, 1_000);
      return performance.now() - began;
    });
    t.log(`listed in ${median(tookMs).toFixed(1)} ms at the median`);
    if (isProof) t.true(median(tookMs) <= 100, `${tookMs} ms`);
  } finally {
    for (const holder of holders) holder.kill('SIGKILL');
  }
});

test('a rule adds little to a connect', async (t) => {
  t.timeout(120_000);
  await using terminal = new TestTerminal();
  using ground = terminal.within(() => new KernelGround());
  const connects = 2_000;
  const costUs = () => {
    const began = performance.now();
    for (let count = 0; count < connects; count++) {
      using _socket = new TestSocket(terminal, { protocol: 'udp', family: 4 });
    }
    return ((performance.now() - began) * 1_000) / connects;
  };
  const rounds = Array.from({ length: 5 }, () => {
    const without = costUs();
    const made = terminal.within(() => NewSockets.tryOpen());
    if (typeof made === 'string') throw new Error(made);
    using hooks = made;
    const { index } = terminal.within(() => ground.ensureLink(lte.ipv4)!);
    hooks.set({ process: process.pid, command: '', ...lte, mark: markOf(index) });
    return costUs() - without;
  });
  t.log(`a rule adds ${median(rounds).toFixed(1)} µs`);
  // Beside others only what is far off tells.
  t.true(median(rounds) <= (isProof ? 50 : 1_000), `${rounds} µs`);
});
