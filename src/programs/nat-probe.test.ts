import test from 'ava';
import { createNat } from '../../testbed/models/nat.ts';
import { type NatOverrides, natPresets, resolveNat } from '../../testbed/schema/nat-presets.ts';
import {
  type NatBehaviour,
  type NatSettings,
  natBehaviours,
} from '../../testbed/schema/nat-settings.ts';
import { type Endpoint, type Ipv4, parseIp, parseIpv4 } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import { drawChance, seedRandom } from '../base/random.ts';
import { driveUntil } from '../host/fake-time.ts';
import type { TraceRecord } from '../trace/record.ts';
import { emitStun, measureStun } from '../wire/stun.ts';
import { type BoxedNetwork, type BoxInRow, createBoxedNetwork } from './boxed-network.ts';
import { startNatProbe } from './nat-probe.ts';
import { startNatProbeServer } from './nat-probe-server.ts';

const servers = ['192.0.2.1', '192.0.2.2'];
const serversV6 = ['2001:db8:2::1', '2001:db8:2::2'];
const ports = [3_478, 3_479];
const portModes = ['preserve', 'sequential', 'random'] as const;
const hourNs = 3_600e9;

/** `port-restricted` with these behaviours instead. */
function makeBox(overrides: NatOverrides | NatSettings, outside = '198.51.100.1'): BoxInRow {
  const address = parseIpv4(outside) as Ipv4;
  const middlebox = createNat({
    settings: resolveNat('port-restricted', { hairpin: false, ...overrides }),
    isInside: (index) => index === 0,
    outsideAddresses: [address],
    random: seedRandom(1, outside),
    sink: { record: () => {} },
  });
  return { middlebox, outside: address };
}

function createNetwork(boxes: readonly BoxInRow[]): BoxedNetwork {
  const client = ['192.168.1.2', '2001:db8:1::2'].map((text) => parseIp(text)!);
  return createBoxedNetwork(
    boxes,
    client,
    [...servers, ...serversV6].map((text) => parseIp(text)!),
  );
}

function probe(network: BoxedNetwork, settings = {}, withServer = true): TraceRecord | undefined {
  if (withServer) startNatProbeServer(network.server, { addresses: servers, ports });
  startNatProbe(network.client, { server: servers, ports, family: 4, stray: true, ...settings });
  const isDone = () => network.records.some(({ kind }) => kind === 'program.finished');
  driveUntil(network.time, isDone, hourNs);
  return network.records.find(({ kind }) => kind === 'nat.classified');
}

for (const mapping of natBehaviours) {
  for (const filtering of natBehaviours) {
    for (const portMode of portModes) {
      test(`${mapping} mapping, ${filtering} filtering, ${portMode} ports are found out`, (t) => {
        const seen = probe(createNetwork([makeBox({ mapping, filtering, ports: portMode })]));
        t.like(seen, {
          ...{ outcome: 'classified', mapping, filtering, translated: true, hairpin: false },
          ...{ 'mapping-after-stray': mapping, 'filtering-after-stray': filtering },
          'preserves-port': portMode === 'preserve',
        });
      });
    }
  }
}

const endpoint: NatBehaviour = 'endpoint-independent';

test('a box with an open input maps like a home router until a stray packet came', (t) => {
  const { source: _, ...linux } = natPresets['linux-open-input'];
  const seen = probe(createNetwork([makeBox(linux)]));
  t.like(seen, { mapping: endpoint, filtering: 'address-and-port-dependent' });
  t.like(seen, { 'mapping-after-stray': 'address-dependent' });
  t.not(seen?.['mapping-after-stray'], endpoint);
});

test('the same box with strangers dropped stays what it was', (t) => {
  const { source: _, ...home } = natPresets['home-router'];
  const seen = probe(createNetwork([makeBox(home)]));
  t.like(seen, { mapping: endpoint, 'mapping-after-stray': endpoint, 'preserves-port': true });
});

test('hairpinning is seen through open and strict filters, with the external source', (t) => {
  for (const filtering of natBehaviours) {
    const seen = probe(createNetwork([makeBox({ filtering, hairpin: true })]));
    t.like(seen, { filtering, hairpin: true, 'hairpin-source': 'external' });
  }
});

test('where no port can be known hairpinning is not seen, as documented', (t) => {
  const strict = 'address-and-port-dependent';
  const symmetric = { mapping: strict, filtering: strict, ports: 'random', hairpin: true } as const;
  t.like(probe(createNetwork([makeBox(symmetric)])), { hairpin: false, 'hairpin-source': null });
});

test("two boxes in a row behave like the stricter of each, and the inner one's port does not matter", (t) => {
  const home = makeBox({ filtering: 'address-dependent', ports: 'random' }, '100.64.0.2');
  const { source: _, ...cgnat } = natPresets.cgnat;
  const seen = probe(createNetwork([home, makeBox(cgnat)]));
  t.like(seen, { mapping: endpoint, filtering: 'address-dependent', translated: true });
});

test('without a box the node sees its own endpoint, and nothing is filtered', (t) => {
  const seen = probe(createNetwork([]));
  t.like(seen, { translated: false, mapping: endpoint, filtering: endpoint, hairpin: null });
  t.is(seen?.['preserves-port'], true);
});

test('a given port is the first local one', (t) => {
  const seen = probe(createNetwork([makeBox({})]), { port: 40_000 });
  t.is(seen?.['mapped'], '198.51.100.1:40000');
});

test('without stray packets asked for none is provoked', (t) => {
  const seen = probe(createNetwork([makeBox({})]), { stray: false });
  t.like(seen, { 'mapping-after-stray': null, 'filtering-after-stray': null });
});

for (const [name, ipv6, filtering] of [
  ['open', 'open', 'endpoint-independent'],
  ['firewalled', 'firewalled', 'address-and-port-dependent'],
] as const) {
  test(`over IPv6 the ${name} box translates nothing`, (t) => {
    const network = createNetwork([makeBox({ ipv6 })]);
    startNatProbeServer(network.server, { addresses: serversV6, ports });
    const settings = { server: serversV6, family: 6, stray: false };
    t.like(probe(network, settings, false), { translated: false, filtering, mapping: endpoint });
  });
}

test('lost packets are sent again, and the classification is the same', (t) => {
  for (const seed of [1, 2, 3]) {
    const network = createNetwork([makeBox({ filtering: 'address-dependent', ports: 'random' })]);
    const random = seedRandom(seed, 'loss');
    let lost = 0;
    network.isLost = () => drawChance(random, 0.1) && ++lost > 0;
    t.like(probe(network), { mapping: endpoint, filtering: 'address-dependent' }, `seed ${seed}`);
    t.true(lost > 0);
  }
});

test('a network that does not answer is unreachable, and the probe finishes', (t) => {
  const network = createNetwork([makeBox({})]);
  const seen = probe(network, {}, false);
  t.like(seen, { outcome: 'unreachable', mapping: 'unreachable', filtering: 'unreachable' });
  t.deepEqual(
    network.records.map(({ kind }) => kind),
    ['program.ready', 'nat.classified', 'program.finished'],
  );
});

test('after it finished nothing is left to happen', (t) => {
  const network = createNetwork([makeBox({})]);
  probe(network);
  driveUntil(network.time, () => false, hourNs);
  t.deepEqual(network.time.waiting, []);
});

test('a stopped probe says nothing more', (t) => {
  const network = createNetwork([makeBox({})]);
  startNatProbe(network.client, { server: servers, ports, family: 4 }).stop();
  driveUntil(network.time, () => false, hourNs);
  t.deepEqual(
    network.records.map(({ kind }) => kind),
    ['program.ready'],
  );
});

test('an answer from where none was asked for proves nothing about the filter', (t) => {
  const network = createNetwork([makeBox({})]);
  const corners = servers.flatMap((text) =>
    ports.map((port) => ({ address: parseIp(text)!, port })),
  );
  for (const corner of corners) {
    const socket = network.server.openDatagramSocket(
      { family: 4, ...corner },
      { received: ({ from, payload }) => void socket.send(answerInPlace(payload, from), from) },
    );
  }
  t.like(probe(network, {}, false), { filtering: 'address-and-port-dependent' });
});

/** As a server does that knows nothing of CHANGE-REQUEST. */
function answerInPlace(request: Uint8Array, endpoint: Endpoint): Uint8Array {
  const transaction = request.slice(8, 20);
  const attributes = [{ kind: 'xor-mapped-address', endpoint }] as const;
  const message = { class: 'success', method: 1, transaction, attributes } as const;
  const bytes = new Uint8Array(measureStun(message));
  emitStun(bytes, 0, message);
  return bytes;
}

test('settings that make no sense are a fault', (t) => {
  const { client, server } = createNetwork([]);
  const wrong = [
    { server: ['192.0.2.1'], ports },
    { server: ['192.0.2.1', '192.0.2.1'], ports },
    { server: servers, ports: [1, 70_000] },
    { server: servers, ports, family: 6 },
  ];
  for (const settings of wrong) {
    t.throws(() => startNatProbe(client, settings), { instanceOf: FaultError });
  }
  t.throws(() => startNatProbeServer(server, {}), { instanceOf: FaultError });
});
