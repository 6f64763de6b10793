import { formatEndpoint, formatIp } from '../../../src/base/address.ts';
import { nsPerMs } from '../../../src/base/time.ts';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { link, node } from '../../plan/testing-topology.ts';
import { type NatPresetName, natPresets, resolveNat } from '../../schema/nat-presets.ts';
import type { NatSettings } from '../../schema/nat-settings.ts';
import { planOf, TestRig } from '../ground/testing-rig.ts';
import { patienceMs, TestEndpoint } from './testing-endpoint.ts';

const links = [
  link('one', ['inner', 'box']),
  link('two', ['guest', 'box']),
  link('out', ['box', 'server']),
];

/** Two hosts inside a box of the kernel, and a server outside with two addresses. */
async function raiseBox(nat: NatSettings): Promise<TestRig> {
  const nodes = [
    node('inner', 'terminal'),
    node('guest', 'terminal'),
    node('box', 'nat', { inside: ['one', 'two'], nat }),
    node('server', 'host', { addressCount: 2 }),
  ];
  return TestRig.raise(planOf(nodes, links));
}

function open(rig: TestRig, name: string, port: number, which = 0): TestEndpoint {
  const { devices } = rig.standing.rig.nodes.find((one) => one.node === name)!;
  const addresses = devices.flatMap((one) => one.addresses).map(({ address }) => address);
  const ipv4 = addresses.filter((address) => typeof address === 'number');
  const text = formatEndpoint({ address: ipv4[which]!, port: 1 }).split(':')[0]!;
  return new TestEndpoint(rig, name, text, port);
}

/** RFC 5780 4.3 and 4.4: where it is seen from, and who gets through to there; the first before a stray. */
function classify(
  rig: TestRig,
  port: number,
): { mapping: string; filtering: string; kept: boolean } {
  using inner = open(rig, 'inner', port);
  using other = open(rig, 'inner', port + 1);
  using here = open(rig, 'server', 7_000, 0);
  using otherPort = open(rig, 'server', 7_001, 0);
  using otherAddress = open(rig, 'server', 7_001, 1);
  const ports = [here, otherPort, otherAddress].map((to) => inner.seenBy(to)!.port);
  const mapping = behaviourOf(ports[0] === ports[2], ports[0] === ports[1]);
  const seen = other.seenBy(here)!;
  const getsIn = (from: TestEndpoint) => {
    from.send(seen);
    return other.hear() !== undefined;
  };
  const filtering = behaviourOf(getsIn(otherAddress), getsIn(otherPort));
  return { mapping, filtering, kept: ports[0] === port };
}

function behaviourOf(ofAnyAddress: boolean, ofAnyPort: boolean): string {
  if (ofAnyAddress) return 'endpoint-independent';
  return ofAnyPort ? 'address-dependent' : 'address-and-port-dependent';
}

const adm: NatSettings = {
  ...resolveNat('full-cone'),
  mapping: 'address-dependent',
  filtering: 'address-dependent',
  ports: 'random',
};
const kinds: readonly (readonly [string, NatSettings])[] = [
  ...(Object.keys(natPresets) as NatPresetName[]).map((name) => [name, resolveNat(name)] as const),
  ['address-dependent', adm],
];

for (const [name, settings] of kinds) {
  test(`nft rules of a ${name} box make a box that maps and filters so`, async (t) => {
    await using rig = await raiseBox(settings);
    const { mapping, filtering, ports } = settings;
    const kept = ports === 'preserve';
    const found = classify(rig, 41_000);
    t.deepEqual(found, { mapping, filtering, kept });
  });
}

test('an open box is spoiled by a stray packet, and the same box that drops strangers is not', async (t) => {
  for (const [name, isSpoiled] of [
    ['linux-open-input', true],
    ['home-router', false],
  ] as const) {
    await using rig = await raiseBox(resolveNat(name));
    using inner = open(rig, 'inner', 40_000);
    using server = open(rig, 'server', 7_000);
    using peer = open(rig, 'server', 40_000, 1);
    const seen = inner.seenBy(server)!;
    t.is(seen.port, 40_000);
    peer.send(seen);
    t.is(inner.hear(), undefined);
    t.is(inner.seenBy(peer)!.port !== 40_000, isSpoiled, name);
  }
});

test('a hairpinned packet shows the external source endpoint, where the box turns any back', async (t) => {
  await using rig = await raiseBox(resolveNat('full-cone'));
  using inner = open(rig, 'inner', 5_000);
  using guest = open(rig, 'guest', 6_000);
  using server = open(rig, 'server', 7_000);
  const [first, second] = [inner.seenBy(server)!, guest.seenBy(server)!];
  inner.send(second);
  t.deepEqual(guest.hear(patienceMs), first);
  guest.send(first);
  t.deepEqual(inner.hear(patienceMs), second);
  await using plain = await raiseBox({ ...resolveNat('full-cone'), hairpin: false });
  using plainInner = open(plain, 'inner', 5_000);
  using plainGuest = open(plain, 'guest', 6_000);
  using plainServer = open(plain, 'server', 7_000);
  plainInner.send(plainGuest.seenBy(plainServer)!);
  t.is(plainGuest.hear(), undefined);
});

test('the filter holds for hairpinned packets too, until both sides have spoken', async (t) => {
  await using rig = await raiseBox(resolveNat('hairpin-router'));
  using inner = open(rig, 'inner', 5_000);
  using guest = open(rig, 'guest', 6_000);
  using server = open(rig, 'server', 7_000);
  const [first, second] = [inner.seenBy(server)!, guest.seenBy(server)!];
  inner.send(second);
  t.is(guest.hear(), undefined);
  guest.send(first);
  t.deepEqual(inner.hear(patienceMs), second);
  inner.send(second);
  t.deepEqual(guest.hear(patienceMs), first);
});

test('two hosts share a port towards different peers only where the box overloads', async (t) => {
  for (const [name, isShared] of [
    ['home-router', true],
    ['full-cone', false],
  ] as const) {
    await using rig = await raiseBox(resolveNat(name));
    using inner = open(rig, 'inner', 5_000);
    using guest = open(rig, 'guest', 5_000);
    using one = open(rig, 'server', 7_000, 0);
    using other = open(rig, 'server', 7_000, 1);
    t.is(inner.seenBy(one)!.port, 5_000);
    t.is(guest.seenBy(other)!.port === 5_000, isShared, name);
  }
});

test('a sequential box takes the next port for each destination', async (t) => {
  await using rig = await raiseBox(resolveNat('symmetric-sequential'));
  using inner = open(rig, 'inner', 5_000);
  const seen = [7_000, 7_001, 7_002].map((port) => {
    using to = open(rig, 'server', port);
    return inner.seenBy(to)!.port;
  });
  t.deepEqual(seen, [seen[0]!, seen[0]! + 1, seen[0]! + 2]);
});

test('what comes in keeps a mapping alive only where the box says so', async (t) => {
  for (const refreshInbound of [true, false]) {
    const { timers, ...settings } = resolveNat('full-cone');
    // Eight rounds are longer than the timer, and one with a long pause is not.
    const short = { ...timers, udpNs: 2_900 * nsPerMs };
    await using rig = await raiseBox({ ...settings, timers: short, refreshInbound });
    using inner = open(rig, 'inner', 5_000);
    using server = open(rig, 'server', 7_000);
    using silent = open(rig, 'inner', 5_001);
    const seen = inner.seenBy(server)!;
    const arrived = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
      silent.hear(550);
      server.send(seen);
      return inner.hear() !== undefined;
    });
    t.true(arrived[0], 'while the timer runs');
    t.is(arrived.at(-1), refreshInbound);
  }
});

test('IPv6 goes out and back, and in unasked only where the box is open', async (t) => {
  for (const ipv6 of ['firewalled', 'open'] as const) {
    await using rig = await raiseBox({ ...resolveNat('home-router'), ipv6 });
    const ping = (from: string, to: string) => {
      const { devices } = rig.standing.rig.nodes.find((one) => one.node === to)!;
      const address = devices[0]!.addresses.map(({ address }) => formatIp(address)).at(-1)!;
      return rig.run(from, 'ping', '-6', '-c1', '-w2', address).status === 0;
    };
    t.true(ping('inner', 'server'));
    t.is(ping('server', 'inner'), ipv6 === 'open');
  }
});

test('a box that is switched off and on has lost its mappings', async (t) => {
  await using rig = await raiseBox(resolveNat('full-cone'));
  using inner = open(rig, 'inner', 5_000);
  using server = open(rig, 'server', 7_000);
  using stranger = open(rig, 'server', 7_001, 1);
  const seen = inner.seenBy(server)!;
  stranger.send(seen);
  t.truthy(inner.hear(patienceMs));
  rig.standing.cables.apply({ kind: 'nat-reboot', node: 'box' }, () => t.fail() as never);
  for (const who of [stranger, server]) {
    who.send(seen);
    t.is(inner.hear(), undefined);
  }
  t.truthy(inner.seenBy(server), 'it works again');
});

test('a connection passes, and shows the outer address', async (t) => {
  await using rig = await raiseBox(resolveNat('full-cone'));
  const address = formatIp(rig.standing.rig.nodes.at(-1)!.devices[0]!.addresses[0]!.address);
  const serve =
    "require('net').createServer((s) => s.end(s.remoteAddress)).listen(8000, '0.0.0.0', () => console.log('listening'))";
  const call = `require('net').connect(8000, '${address}').on('data', (b) => console.log(String(b)))`;
  using _server = await rig.startSpeaking('server', process.execPath, '-e', serve);
  const outer = rig.standing.rig.nodes.find(({ node: name }) => name === 'box')!.devices.at(-1)!;
  const expected = formatIp(outer.addresses[0]!.address);
  t.is(rig.run('inner', process.execPath, '-e', call).text.trim(), expected);
});
