/** Link settings looked at on the rig itself: each between two nodes of its own, which nobody else uses. */
import { setTimeout } from 'node:timers/promises';
import { type Endpoint, type Ip, isIpv4 } from '../../../src/base/address.ts';
import { readU48, writeU48 } from '../../../src/base/bytes.ts';
import { nsPerMs } from '../../../src/base/time.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { Plan } from '../../plan/plan.ts';
import { rigOf } from '../../plan/rig.ts';
import { hubNetworkOf } from '../ground/hub-network.ts';
import { bareNamespaces } from '../ground/raise-namespaces.ts';
import { awaitLinks } from '../ground/readiness.ts';
import { StandingRig } from '../ground/standing-rig.ts';
import { Hub } from '../hub/hub.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { planLinks } from './calibration-plan.ts';
import type { LinkSeen } from './judge-calibration.ts';
import { burstFor, burstLastsNs, rateOf } from './link-burst.ts';
import { expectedDelayNs, type LinkSetting } from './link-setting.ts';
import { ProbeSocket, readWallClock, wallSeconds } from './probe-socket.ts';

const port = 5_000;
const probes = 15;
const probeBytes = 16;
/** Between two probes of one link: nothing waits behind anything. */
const pauseMs = 6;
const slackMs = 15;
/** After so many of these the link is taken to be dead. */
const warmUpTurns = 150;

interface Bench {
  readonly setting: LinkSetting;
  readonly near: ProbeSocket;
  readonly far: ProbeSocket;
  readonly to: Endpoint;
}

export async function measureLinks(settings: readonly LinkSetting[]): Promise<LinkSeen[]> {
  if (settings.length === 0) return [];
  await using made = new AsyncDisposableStack();
  const benches = await raise(settings, made);
  const sinceSeconds = wallSeconds();
  await warmUp(benches);
  const delays = await probeDelays(benches, sinceSeconds);
  const rates = new Map<Bench, number | undefined>();
  for (const group of groupByRate(benches)) {
    for (const [bench, rateBps] of await measureRates(group, sinceSeconds)) {
      rates.set(bench, rateBps);
    }
  }
  return benches.map((bench, at) => ({
    delaysNs: delays[at]!,
    rateBps: rates.get(bench),
    isRateMeasured: burstFor(bench.setting) !== undefined,
  }));
}

async function raise(
  settings: readonly LinkSetting[],
  made: AsyncDisposableStack,
): Promise<Bench[]> {
  const plan = planLinks(settings);
  const runId = newRunId();
  const ledger = made.use(Ledger.open('netns', runId));
  const starting = Hub.start({ start: readMonotonic(), onRecord: () => {} });
  const standing = made.use(await StandingRig.raise(rigOf(plan, runId), ledger, bareNamespaces));
  const hub = made.use(await starting);
  await hub.open(hubNetworkOf(plan, standing.ports, undefined));
  await standing.configure();
  awaitLinks(standing);
  return settings.map((setting, at) => ({
    setting,
    near: made.use(new ProbeSocket(standing.namespacePathOf(`near${at}`), port)),
    far: made.use(new ProbeSocket(standing.namespacePathOf(`far${at}`), port)),
    to: { address: addressOf(plan, `far${at}`), port },
  }));
}

function addressOf({ nodes }: Plan, name: string): Ip {
  const [only] = nodes.find((node) => node.name === name)!.interfaces;
  return only!.addresses.map(({ address }) => address).find(isIpv4)!;
}

/** The first frame finds out who is where, which takes as long as it takes: all wait for all. */
async function warmUp(benches: readonly Bench[]): Promise<void> {
  const waiting = new Set(benches);
  for (const { near, to } of benches) near.send(new Uint8Array(probeBytes), to);
  for (let left = warmUpTurns; left > 0 && waiting.size > 0; left--) {
    await setTimeout(slackMs);
    for (const bench of waiting) if (bench.far.drain(0).length > 0) waiting.delete(bench);
  }
}

/** All links by turns, each probe with its own time in it. */
async function probeDelays(benches: readonly Bench[], sinceSeconds: number): Promise<number[][]> {
  for (let probe = 0; probe < probes; probe++) {
    for (const { near, to } of benches) {
      const payload = new Uint8Array(probeBytes);
      writeU48(payload, 0, Math.round(readWallClock(sinceSeconds)));
      near.send(payload, to);
    }
    await setTimeout(pauseMs);
  }
  await setTimeout(longestMs(benches) + slackMs);
  return benches.map(({ far, setting }) => {
    const itselfNs = expectedDelayNs(setting, probeBytes) - setting.delayNs;
    const delays = far
      .drain(sinceSeconds)
      // A first frame that was long in finding its way has no time in it.
      .filter(({ payload }) => readU48(payload, 0) > 0)
      .map(({ payload, arrivedNs }) => arrivedNs - readU48(payload, 0) - itselfNs);
    return delays.toSorted((a, b) => a - b);
  });
}

/** As many at once as this machine carries without noticing. */
const groupBps = 150e6;

function groupByRate(benches: readonly Bench[]): Bench[][] {
  const groups: Bench[][] = [];
  let leftBps = 0;
  for (const bench of benches) {
    const { rateBps } = bench.setting;
    if (burstFor(bench.setting) === undefined) continue;
    if (rateBps > leftBps) {
      groups.push([]);
      leftBps = groupBps;
    }
    groups.at(-1)!.push(bench);
    leftBps -= rateBps;
  }
  return groups;
}

async function measureRates(
  group: readonly Bench[],
  sinceSeconds: number,
): Promise<[Bench, number | undefined][]> {
  let lastsNs = 0;
  for (const { setting, near, to } of group) {
    const burst = burstFor(setting)!;
    near.sendMany(new Uint8Array(burst.payloadBytes), to, burst.frames);
    lastsNs = Math.max(lastsNs, burstLastsNs(setting, burst) + setting.jitterNs);
  }
  await setTimeout(Math.ceil(lastsNs / nsPerMs) + slackMs);
  return group.map((bench) => {
    const arrived = bench.far.drain(sinceSeconds).map(({ arrivedNs }) => arrivedNs);
    return [bench, rateOf(burstFor(bench.setting)!, bench.setting.rateBps, arrived)];
  });
}

function longestMs(benches: readonly Bench[]): number {
  const delays = benches.map(
    ({ setting }) => expectedDelayNs(setting, probeBytes) + setting.jitterNs,
  );
  return Math.ceil(Math.max(...delays) / nsPerMs);
}
