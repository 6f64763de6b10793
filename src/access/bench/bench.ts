/**
 * How soon a join brings its first datagram, beside plain snooping in the same run; how soon a leave ends it;
 * channel zapping; a flood of one port. `node src/access/bench/bench.ts`, as root.
 */
import process from 'node:process';
import { parseIpv4 } from '../../base/address.ts';
import { readU32, writeU16, writeU32, writeU48 } from '../../base/bytes.ts';
import type { Mac } from '../../base/mac.ts';
import { emitEthernet, etherType } from '../../wire/ethernet.ts';
import { emitIgmp } from '../../wire/igmp.ts';
import { emitIpv4 } from '../../wire/ipv4.ts';
import { Street } from '../testing-street.ts';
import type { Subscriber } from '../testing-subscriber.ts';

const joins = Number(process.argv[2] ?? 31);
const zapSeconds = Number(process.argv[3] ?? 60);
const zapsPerSecond = 20;
const floodPerSecond = 10_000;
const own = Array.from({ length: 60 }, (_, each) => `239.1.1.${each + 1}`);
const foreign = Array.from({ length: 10 }, (_, each) => `239.1.2.${each + 1}`);
const accounts = [
  { name: 'alice', password: 'alice-secret', groups: own },
  { name: 'bob', password: 'bob-secret', groups: foreign },
];
const plan = { mode: 'mac-based', accounts, ports: { p1: ['alice'], p2: ['bob'] } } as const;

const nowMs = () => performance.timeOrigin + performance.now();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const say = (text: string) => process.stdout.write(`${text}\n`);

async function timeJoin(street: Street, host: Subscriber, group: string): Promise<number> {
  host.forget();
  const fromMs = nowMs();
  host.join(group);
  await street.until(() => host.timesOf(group) !== undefined, group);
  return host.timesOf(group)!.firstMs - fromMs;
}

/** Until nothing has come for a while. */
async function timeLeave(street: Street, host: Subscriber, group: string): Promise<number> {
  const fromMs = nowMs();
  host.leave(group);
  await street.until(() => nowMs() - (host.timesOf(group)?.lastMs ?? fromMs) > 100, 'the end');
  return (host.timesOf(group)?.lastMs ?? fromMs) - fromMs;
}

async function compare(ours: Street, plain: Street): Promise<void> {
  const [oursMs, plainMs, leaveMs]: [number[], number[], number[]] = [[], [], []];
  for (let each = 0; each < joins; each++) {
    const group = own[each % own.length]!;
    oursMs.push(await timeJoin(ours, ours.of('alice'), group));
    leaveMs.push(await timeLeave(ours, ours.of('alice'), group));
    plainMs.push(await timeJoin(plain, plain.of('alice'), group));
    plain.of('alice').leave(group);
  }
  for (const [name, times] of [
    ['ours', oursMs],
    ['plain', plainMs],
  ] as const) {
    say(`${name}: join ${median(times).toFixed(2)} ms, worst ${Math.max(...times).toFixed(1)} ms`);
  }
  say(`ours over plain: ${(median(oursMs) - median(plainMs)).toFixed(2)} ms, at most 5`);
  say(`ours: leave to last datagram ${median(leaveMs).toFixed(2)} ms`);
}

/** Twenty joins a second, every other one of a group that she may not have. */
async function zap(street: Street): Promise<void> {
  const alice = street.of('alice');
  alice.forget();
  let joined: string | undefined;
  const from = street.source.sent;
  for (let each = 0; each < zapSeconds * zapsPerSecond; each++) {
    if (joined !== undefined) alice.leave(joined);
    joined =
      each % 2 === 0 ? own[(each / 2) % own.length]! : foreign[((each - 1) / 2) % foreign.length]!;
    alice.join(joined);
    await pause(1_000 / zapsPerSecond);
  }
  alice.leave(joined!);
  const right = own.reduce((sum, group) => sum + alice.got(group), 0);
  const wrong = foreign.reduce((sum, group) => sum + alice.got(group), 0);
  say(
    `zapping ${zapSeconds} s: ${right} frames of hers, ${wrong} wrong ones, of ${street.source.sent - from} each`,
  );
}

async function flood(street: Street): Promise<void> {
  const [alice, bob] = [street.of('alice'), street.of('bob')];
  const quiet = await medianJoin(street, alice);
  const frame = reportFrame(bob.mac);
  let sent = 0;
  const fromMs = nowMs();
  const timer = setInterval(() => {
    for (const due = ((nowMs() - fromMs) / 1_000) * floodPerSecond; sent < due; sent++) {
      writeU32(frame, 42, 0xef09_0000 + (sent & 0xffff));
      writeU16(frame, 40, checksumOf(frame));
      if (bob.ring.put(frame) === 'full') bob.ring.flush();
    }
    bob.ring.flush();
  }, 1);
  const flooded = await medianJoin(street, alice);
  clearInterval(timer);
  const rate = (sent / ((nowMs() - fromMs) / 1_000)).toFixed(0);
  say(
    `flood of ${rate} reports/s: join ${flooded.toFixed(2)} ms, without ${quiet.toFixed(2)} ms: ${(flooded / quiet).toFixed(2)} times, at most 2`,
  );
  say(`wrong frames at alice: ${foreign.reduce((sum, group) => sum + alice.got(group), 0)}`);
}

async function medianJoin(street: Street, host: Subscriber): Promise<number> {
  const times: number[] = [];
  for (let each = 0; each < joins; each++) {
    const group = own[each % own.length]!;
    times.push(await timeJoin(street, host, group));
    await timeLeave(street, host, group);
  }
  return median(times);
}

function reportFrame(mac: string): Uint8Array {
  const frame = new Uint8Array(46);
  const source = Number.parseInt(mac.replaceAll(':', ''), 16) as Mac;
  const group = parseIpv4('239.9.0.0')!;
  emitEthernet(frame, 0, { destination: 0x0100_5e09_0000 as Mac, source, type: etherType.ipv4 });
  writeU48(frame, 6, source);
  emitIpv4(frame, 14, {
    ...{ headerBytes: 24, dscp: 0, ecn: 0, totalLength: 32, identification: 0, dontFragment: true },
    ...{ moreFragments: false, fragmentOffset: 0, ttl: 1, protocol: 2 },
    ...{ source: parseIpv4('10.77.0.2')!, destination: group },
    options: Uint8Array.of(0x94, 4, 0, 0),
  });
  emitIgmp(frame, 38, { kind: 'report-v2', group });
  return frame;
}

/** Of an IGMP message of eight bytes. */
function checksumOf(frame: Uint8Array): number {
  const group = readU32(frame, 42);
  const sum = 0x1600 + (group >>> 16) + (group & 0xffff);
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}

await using ours = await Street.open(plan);
await using plain = await Street.open({ ...plan, plain: true });
for (const street of [ours, plain]) street.source.send([...own, ...foreign], 1);
for (const name of ['alice', 'bob']) {
  ours.of(name).logOn(name);
  await ours.untilRecord('multicast.authenticated', { mac: ours.of(name).mac });
}
await compare(ours, plain);
await zap(ours);
await flood(ours);
