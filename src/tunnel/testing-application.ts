/** For tests: an application's kernel behind a virtual interface, and far sides that do as they are told. */
import { type Endpoint, familyOf, formatEndpoint, type Ip, parseIp } from '../base/address.ts';
import { seedRandom } from '../base/random.ts';
import { createFakeTime, type FakeTime, scheduleAt } from '../host/fake-time.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures } from '../host/stream.ts';
import type { PortWish } from '../sockets/stream-ground.ts';
import { StreamTable } from '../sockets/stream-table.ts';
import { noFigures } from '../sockets/table-stream.ts';
import type { TraceRecord } from '../trace/record.ts';
import { TcpTermination } from './tcp-termination.ts';
import { VirtualGround } from './virtual-ground.ts';

const applicationAddress = { 4: parseIp('10.9.0.2')!, 6: parseIp('fd00:9::2')! };

/** As of a host with one address of each family. */
class ApplicationGround extends VirtualGround {
  #next = 50_000;

  override sourceFor(destination: Ip): Ip {
    return applicationAddress[familyOf(destination)];
  }

  override takePort({ port }: PortWish): number {
    return port === 0 ? this.#next++ : port;
  }
}

/** What a stream was told, in order, and the bytes. */
export class KeptEvents implements StreamEvents {
  readonly told: string[] = [];
  readonly chunks: Uint8Array[] = [];
  stream: Stream | undefined;
  whenDrained: () => void = () => undefined;

  connected = (): void => void this.told.push('connected');
  received = (bytes: Uint8Array): void => void this.chunks.push(bytes.slice());
  drained = (): void => this.whenDrained();
  ended = (): void => void this.told.push('ended');
  closed = (reason: StreamEnd): void => void this.told.push(`closed ${reason}`);

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** A far side that the test speaks for. */
export class StubStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly events: StreamEvents;
  readonly told: string[] = [];
  written: Uint8Array[] = [];
  /** How much it takes before it says no more. */
  roomBytes = Number.POSITIVE_INFINITY;
  isPaused = false;

  constructor(remote: Endpoint, events: StreamEvents) {
    this.local = { address: applicationAddress[4], port: 1 };
    this.remote = remote;
    this.events = events;
  }

  get content(): Buffer {
    return Buffer.concat(this.written);
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.roomBytes);
    this.written.push(bytes.slice(0, taken));
    this.roomBytes -= taken;
    return taken;
  }

  end = (): void => void this.told.push('end');
  abort = (): void => {
    this.told.push('abort');
    this.events.closed?.('aborted');
  };
  pause = (): void => {
    this.isPaused = true;
  };
  resume = (): void => {
    this.isPaused = false;
  };
  figures = (): StreamFigures => noFigures;
}

export interface Bench {
  readonly time: FakeTime;
  readonly records: TraceRecord[];
  readonly termination: TcpTermination;
  readonly application: StreamTable;
  /** In the order in which they were opened. */
  readonly far: StubStream[];
  /** Packets that do not reach the other side. */
  loses: (packet: Uint8Array) => boolean;
  connect(to: Endpoint): KeptEvents;
}

const wireNs = 10_000;

/** The application's stack on one side of a virtual interface, the termination on the other. */
export function createBench(): Bench {
  const time = createFakeTime();
  const records: TraceRecord[] = [];
  const hostOf = (node: string) => ({
    node,
    random: seedRandom(1, node),
    clock: {
      nowNs: () => time.nowNs,
      after: (delayNs: number, callback: () => void) =>
        scheduleAt(time, time.nowNs + delayNs, callback),
    },
    records: {
      record: (kind: string, fields: object) =>
        void records.push({ tNs: time.nowNs, node, kind, ...fields }),
    },
  });
  const far: StubStream[] = [];
  const openFar = (destination: Endpoint, events: StreamEvents): Stream => {
    const stream = new StubStream(destination, events);
    far.push(stream);
    return stream;
  };
  const termination = new TcpTermination({ host: hostOf('daemon'), openFar });
  const ground = new ApplicationGround(hostOf('kernel'), () => application.wake());
  const application = new StreamTable(ground);
  const carry = (to: () => { receive(packet: Uint8Array): void }) => ({
    name: 'virtual0',
    close: () => undefined,
    inject: (packet: Uint8Array) => {
      const copy = packet.slice();
      if (!bench.loses(copy)) scheduleAt(time, time.nowNs + wireNs, () => to().receive(copy));
      return 'accepted' as const;
    },
  });
  termination.attach(carry(() => application));
  ground.attach(carry(() => termination));
  const connect = (to: Endpoint): KeptEvents => {
    const kept = new KeptEvents();
    const owner = {
      guard: (callback: () => void) => callback(),
      adopt: () => undefined,
      forget: () => undefined,
    };
    kept.stream = application.open({ to }, kept, owner);
    return kept;
  };
  const bench: Bench = {
    time,
    records,
    termination,
    application,
    far,
    loses: () => false,
    connect,
  };
  return bench;
}

export function endpoint(text: string, port: number): Endpoint {
  return { address: parseIp(text)!, port };
}

export function kindsFor(bench: Bench, { remote }: Stream): string[] {
  const destination = formatEndpoint(remote);
  return bench.records.filter((one) => one['destination'] === destination).map(({ kind }) => kind);
}
