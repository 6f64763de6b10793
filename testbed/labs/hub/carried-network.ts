/** The network that a hub carries: its machines, the devices of its nodes in the kernel, and the loop. */
import { FaultError } from '../../../src/base/errors.ts';
import { createFramePool } from '../../../src/base/frame.ts';
import { quantileNs } from '../../../src/base/lateness.ts';
import { labNode } from '../../../src/trace/record.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { LabOptions } from '../lab.ts';
import { Capture } from '../network/capture.ts';
import { changeNetwork } from '../network/changes.ts';
import { watchFlows } from '../network/flow-watch.ts';
import { type LinkTally, recordInto, tallyLinks } from '../network/link-tally.ts';
import { buildMachine, buildNetwork, type Network, wiresOf } from '../network/network.ts';
import { createSchedule } from '../network/schedule.ts';
import type { FrameCapture, Surroundings } from '../network/station.ts';
import { CaptureFile } from './capture-file.ts';
import { EpollIo } from './epoll-io.ts';
import { FrameArena } from './frame-arena.ts';
import type { FrameIo } from './frame-io.ts';
import { HubLoop } from './hub-loop.ts';
import type { HubPort } from './hub-port.ts';
import type { CaptureOrder, HubNetwork } from './messages.ts';
import { type ProbedLink, ProbeRun } from './probe-run.ts';
import { RingIo } from './ring-io.ts';
import { openTapDevices, type TapDevice } from './tap-devices.ts';
import { TapDoor } from './tap-door.ts';
import { TapStation } from './tap-station.ts';

export interface CarriedOptions {
  readonly network: HubNetwork;
  readonly nowNs: () => number;
  readonly controlFd: number;
  readonly onRecord: LabOptions['onRecord'];
  /** Records that found no room, because nobody fetched them. */
  readonly countLost: () => number;
  /** Left out: TAP devices, in the namespaces that the ports name. */
  readonly openDevices?: (ports: readonly HubPort[]) => TapDevice[];
}

type ChangeableSurroundings = Surroundings & { capture: FrameCapture | undefined };

/** What a wake-up takes on a virtual machine, and how often a busy hub is woken. */
const pace = { spinNs: 100_000, restNs: 50_000 } as const;
/** How long a watched packet may wait to be told of, together with others. */
const watchPatienceNs = 5_000_000;

export class CarriedNetwork implements Disposable {
  readonly loop: HubLoop;
  readonly io: FrameIo;
  readonly #options: CarriedOptions;
  readonly #devices: readonly TapDevice[];
  readonly #door: TapDoor;
  readonly #network: Network;
  readonly #around: ChangeableSurroundings;
  readonly #tally: LinkTally | undefined;
  #captureFile: CaptureFile | undefined;

  constructor(options: CarriedOptions) {
    const { network, nowNs, openDevices = openTapDevices } = options;
    const arena = new FrameArena();
    this.#options = options;
    this.#tally = network.series ? tallyLinks(network.links) : undefined;
    this.#around = createSurroundings(options, arena, this.#tally);
    if (network.capturePath !== undefined) this.capture({ path: network.capturePath });
    this.#devices = openDevices(network.ports);
    this.#door = new TapDoor(this.#devices, (kind, fields) => this.#note(kind, fields));
    this.#network = this.#build();
    this.io = this.#openIo(arena);
    this.#door.io = this.io;
    const { outwards, lateness } = this.#door;
    const { schedule } = this.#around;
    this.loop = new HubLoop({ schedule, nowNs, io: this.io, outwards, lateness, ...pace });
    this.#door.loop = this.loop;
  }

  /** At once: what was due before has happened, and not what comes later. */
  change(change: ChangeModel): void {
    this.loop.catchUp(this.#options.nowNs());
    this.#tally?.mark(this.#around.schedule.nowNs, change.kind);
    changeNetwork(this.#network, change);
    this.#note('hub.changed', { change: change.kind, of: targetOf(change) });
  }

  capture(order: CaptureOrder | undefined): void {
    this.#captureFile?.[Symbol.dispose]();
    this.#captureFile =
      order && new CaptureFile(order.path, (reason) => this.#note('hub.capture-ended', { reason }));
    const capture = order && new Capture(this.#options.network, this.#captureFile!, order.links);
    if (this.#tally !== undefined) this.#tally.next = capture;
    this.#around.capture = this.#tally ?? capture;
  }

  /** A part of the capture is not in its file yet. */
  get hasUnwritten(): boolean {
    return this.#captureFile?.hasUnwritten === true;
  }

  flushCapture(): void {
    this.#captureFile?.flush();
  }

  /** Calls back when it is over, and told: a record for each link. */
  probe(links: readonly ProbedLink[], lastsNs: number, done: () => void): void {
    const { nowNs } = this.#options;
    this.loop.catchUp(nowNs());
    new ProbeRun(this.#around, links, lastsNs, nowNs, (all) => {
      for (const [at, one] of all.entries()) {
        const { frames, worstNs } = one;
        const [p50Ns, p99Ns] = [quantileNs(one, 0.5), quantileNs(one, 0.99)];
        const { label: setting } = links[at]!;
        this.#note('hub.probed', { setting, frames, p50Ns, p99Ns, worstNs });
      }
      done();
    });
  }

  settle(): void {
    this.loop.catchUp(this.#options.nowNs());
    this.#around.watch?.flush();
    for (const wires of this.#network.wires.values()) {
      for (const wire of wires.values()) wire.recordCounters();
    }
    this.#tally?.write(this.#around.record, this.#around.schedule.nowNs);
    for (const row of this.#door.latenessRows()) this.#note('hub.lateness', row);
    const { turns, readFrames, writtenFrames, longestStallNs } = this.loop;
    const frames = { readFrames, writtenFrames };
    const lostRecords = this.#options.countLost();
    this.#note('hub.loop', { by: this.io.name, turns, ...frames, longestStallNs, lostRecords });
    this.#captureFile?.drain();
  }

  [Symbol.dispose](): void {
    this.capture(undefined);
    this.io[Symbol.dispose]();
    for (const { tun } of this.#devices) tun[Symbol.dispose]();
  }

  #build(): Network {
    const { network } = this.#options;
    const devices = devicesByNode(network.ports);
    const built = buildNetwork(network, this.#around, (node, around) => {
      const its = devices.get(node.name);
      return its ? new TapStation(this.#door, node, its, around.pool) : buildMachine(node, around);
    });
    for (const [device, port] of network.ports.entries()) {
      if (this.#door.outwards[device] === undefined) throw unplugged(port);
      const wire = wiresOf(built, port.interface).get(port.node)!;
      this.#door.setCarrier(device, wire.settings.up);
    }
    return built;
  }

  #openIo(arena: FrameArena): FrameIo {
    const { network, controlFd } = this.#options;
    const options = {
      devices: this.#devices.map(({ tun }) => tun.fd),
      controlFd,
      pool: this.#around.pool,
      arena,
      mtusBytes: network.ports.map((port) => port.mtuBytes),
      events: this.#door,
    };
    return RingIo.open(options) ?? new EpollIo(options);
  }

  #note(kind: string, fields: Parameters<Surroundings['record']>[3]): void {
    this.#around.record(this.#around.schedule.nowNs, labNode, kind, fields);
  }
}

function createSurroundings(
  { network, nowNs, onRecord }: CarriedOptions,
  arena: FrameArena,
  tally: LinkTally | undefined,
): ChangeableSurroundings {
  const schedule = createSchedule();
  schedule.nowNs = nowNs();
  const record = recordInto(tally, onRecord);
  return {
    seed: network.seed,
    schedule,
    pool: createFramePool(arena.cut),
    capture: tally,
    watch: watchFlows(network.watches, { schedule, record }, watchPatienceNs),
    record,
  };
}

function devicesByNode(ports: readonly HubPort[]): Map<string, Map<string, number>> {
  const nodes = new Map<string, Map<string, number>>();
  for (const [device, { node, interface: name }] of ports.entries()) {
    const its = nodes.get(node) ?? new Map<string, number>();
    nodes.set(node, its.set(name, device));
  }
  return nodes;
}

function unplugged({ node, interface: name }: HubPort): FaultError {
  return new FaultError({
    code: 'plan-inconsistent',
    message: `the hub was given the port ${name} of ${node}, and no link that ends there`,
  });
}

function targetOf(change: ChangeModel): string {
  return 'link' in change ? change.link : change.node;
}
