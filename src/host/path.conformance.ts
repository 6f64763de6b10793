/** What a send comes to: its outcome at once, or what the path says later. */
import { type Endpoint, type Family, type Ip, parseIp } from '../base/address.ts';
import type { PathError, SendOptions, SendOutcome } from './host.ts';
import {
  addressOf,
  type ConformanceCase,
  expectSoon,
  type HostPair,
  listen,
} from './pair.conformance.ts';

/** RFC 5737 and RFC 3849: documentation addresses that no test network has. */
const nowhere = { ipv4: '203.0.113.1', ipv6: '2001:db8:dead::1' };

/** On an MTU of 1500 and of 1400, less the IPv4 and UDP headers. */
const fitsCableBytes = 1_472;
const tooLongBytes = fitsCableBytes + 1;
/** Fits the cable, and not the link beyond it, in both families. */
const tooLongBeyondBytes = 1_440;

interface OutcomeCase {
  readonly outcome: SendOutcome;
  readonly when: string;
  readonly from: 'left' | 'right';
  readonly to: (pair: HostPair) => Ip;
  readonly bytes: number;
  readonly options: SendOptions;
}

const plain = { from: 'left', to: (pair: HostPair) => pair.right.ipv4, bytes: 1, options: {} };
const cases: readonly OutcomeCase[] = [
  { ...plain, from: 'left', outcome: 'sent', when: 'nothing stands against it' },
  {
    ...plain,
    from: 'right',
    outcome: 'no-route',
    when: 'no route leads there',
    to: () => parseIp(nowhere.ipv4)!,
  },
  {
    ...plain,
    from: 'left',
    outcome: 'source-not-ours',
    when: 'its source is not an address of the node',
    options: { source: parseIp(nowhere.ipv4)! },
  },
  {
    ...plain,
    from: 'left',
    outcome: 'message-too-long',
    when: 'no IP packet can hold it',
    bytes: 65_536,
  },
  {
    ...plain,
    from: 'left',
    outcome: 'sent',
    when: 'it fills the MTU and may not be cut',
    bytes: fitsCableBytes,
    options: { dontFragment: true },
  },
  {
    ...plain,
    from: 'left',
    outcome: 'message-too-long',
    when: 'it is a byte over the MTU and may not be cut',
    bytes: tooLongBytes,
    options: { dontFragment: true },
  },
];

interface PathCase {
  readonly kind: PathError['kind'];
  readonly when: string;
  readonly to: (pair: HostPair, family: Family) => Ip;
  readonly bytes: number;
  readonly options: SendOptions;
  readonly mtuBytes?: number;
}

const pathKinds: readonly PathCase[] = [
  {
    kind: 'port-unreachable',
    when: 'nobody listens on the port',
    to: (pair, family) => addressOf(pair.right, family),
    bytes: 1,
    options: {},
  },
  {
    kind: 'time-exceeded',
    when: 'its TTL ends on the way',
    to: (pair, family) => addressOf(pair.beyond, family),
    bytes: 1,
    options: { ttl: 1 },
  },
  {
    kind: 'network-unreachable',
    when: 'a router on the way has no route',
    to: (_, family) => parseIp(family === 4 ? nowhere.ipv4 : nowhere.ipv6)!,
    bytes: 1,
    options: {},
  },
  {
    kind: 'packet-too-big',
    when: 'a link on the way is too narrow',
    to: (pair, family) => addressOf(pair.beyond, family),
    bytes: tooLongBeyondBytes,
    options: { dontFragment: true },
    mtuBytes: 1_400,
  },
];

export const pathCases: readonly ConformanceCase[] = [
  ...cases.map(giveOutcome),
  {
    title: 'a send is interface-down while its interface has no carrier, and sent again after',
    check: async (t, pair) => {
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { host, interface: name } = pair.left;
      const { socket } = listen(host, { family: 4, interface: name });
      const to = { address: pair.right.ipv4, port: 7_000 };
      const isUp = () => host.interfaces.list().some((info) => info.name === name && info.up);
      pair.setCarrier(false);
      await expectSoon(t, pair, () => !isUp(), 'the interface goes down');
      t.is(socket.send(new Uint8Array(1), to), 'interface-down');
      pair.setCarrier(true);
      await expectSoon(t, pair, isUp, 'the interface comes back');
      t.is(socket.send(new Uint8Array(2), to), 'sent');
      await expectSoon(t, pair, () => heard.arrivals.length > 0, 'the second datagram');
      t.deepEqual(
        heard.arrivals.map(({ payload }) => payload.length),
        [2],
      );
    },
  },
  ...([4, 6] as const).flatMap((family) => pathKinds.map((kind) => reportPath(kind, family))),
];

function giveOutcome(wanted: OutcomeCase): ConformanceCase {
  return {
    title: `a send is ${wanted.outcome} when ${wanted.when}`,
    check: async (t, pair) => {
      const { socket } = listen(pair[wanted.from].host, { family: 4 });
      const to = { address: wanted.to(pair), port: 7_000 };
      t.is(socket.send(new Uint8Array(wanted.bytes), to, wanted.options), wanted.outcome);
    },
  };
}

function reportPath(wanted: PathCase, family: Family): ConformanceCase {
  return {
    title: `the sender hears ${wanted.kind} when ${wanted.when}, over IPv${family}`,
    check: async (t, pair) => {
      const sender = listen(pair.left.host, { family });
      const bystander = listen(pair.left.host, { family });
      const to: Endpoint = { address: wanted.to(pair, family), port: 7_999 };
      t.is(sender.socket.send(new Uint8Array(wanted.bytes), to, wanted.options), 'sent');
      t.is(sender.errors.length, 0, 'pathError() was called inside send()');
      await expectSoon(t, pair, () => sender.errors.length > 0, wanted.kind);
      const { reporter, ...error } = sender.errors[0]!;
      const mtu = wanted.mtuBytes === undefined ? {} : { mtuBytes: wanted.mtuBytes };
      t.deepEqual(error, { kind: wanted.kind, destination: to, ...mtu });
      t.true(isRights(pair, reporter));
      t.deepEqual(bystander.errors, []);
    },
  };
}

function isRights(pair: HostPair, address: Ip): boolean {
  return pair.right.host.interfaces
    .list()
    .some(({ addresses }) => addresses.some((own) => own.address === address));
}
