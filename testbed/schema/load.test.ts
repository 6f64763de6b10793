import test from 'ava';
import { loadScenario } from './load.ts';
import { complaintsOn, loadText, readFrom } from './loading.ts';

const topology = `
defaults: { links: { queue: 1 bdp } }
nodes:
  phone:   { kind: terminal, stack: own }
  home:    { kind: nat, inside: [wifi], nat: home-router }
  gateway: { kind: proxy, stack: own }
  server:  { kind: host }
links:
  wifi: { between: [phone, home], rate: 50 Mbit/s, delay: 10 ms }
  lte:
    between: [phone, gateway]
    rate: 20 Mbit/s
    delay: 30 ms
    jitter: 5 ms
    loss: { model: gilbert-elliott, good-to-bad: 0.5 %, bad-to-good: 20 % }
    toward: { phone: { rate: 40 Mbit/s } }
  wan:  { between: [home, gateway], delay: 5 ms }
  core: { between: [gateway, server], engine: direct }
`;

const scenario = `
scenario: failover-blackhole
about: The Wi-Fi goes silent in the middle of a download; LTE carries on.
topology: ../topologies/dual-homed.yaml
seed: 7
repeat: 46
limit: 30 s
programs:
  uplink:  { on: phone, run: [./terminal], with: { via: gateway } }
  landing: { on: gateway, run: [./proxy] }
traffic:
  download: { run: stream, from: server, to: phone, opened-by: phone, bytes: 64 MiB, transport: own }
events:
  silence: { after: download.bytes >= 8 MiB, link: wifi, set: { loss: 100 % }, for: 6 s }
matrix:
  links.lte.delay: [15 ms, 30 ms, 60 ms]
variants:
  ours: {}
  kernel: { programs.uplink.run: [./mptcp], nodes.phone.stack: kernel, nodes.gateway.stack: kernel }
measure:
  gap:     { what: delivery-gap, of: download, around: silence }
  goodput: { what: goodput, of: download }
expect:
  short-gap:
    that: gap <= 2 * rtt(phone, gateway via wifi) + queueing(wifi) + 50 ms
    at: p90
    because: two probes unanswered, then one trip of what was lost behind what is queued
  possible:
    that: goodput <= capacity(wifi toward phone) + capacity(lte toward phone)
    kind: ceiling
  ahead:
    that: gap <= 0.5 * kernel.gap
`;

const readText = readFrom({
  'scenarios/failover.yaml': scenario,
  'topologies/dual-homed.yaml': topology,
});
const load = () => loadScenario('scenarios/failover.yaml', readText);

test('a scenario and its topology load as one', (t) => {
  const loaded = load();
  t.is(loaded.name, 'failover-blackhole');
  t.is(loaded.seed, 7);
  t.is(loaded.repeat, 46);
  t.deepEqual(
    loaded.files.map(({ path }) => path),
    ['scenarios/failover.yaml', 'topologies/dual-homed.yaml'],
  );
});

test('each point of the matrix is a case whose id can be typed', (t) => {
  t.deepEqual(
    load().cases.map(({ id }) => id),
    ['links.lte.delay=15ms', 'links.lte.delay=30ms', 'links.lte.delay=60ms'],
  );
});

test('a case and a variant change what they name and nothing else', (t) => {
  const ours = load().resolve('links.lte.delay=60ms', 'ours');
  const kernel = load().resolve('links.lte.delay=60ms', 'kernel');
  const lte = ours.topology.links.find(({ name }) => name === 'lte')!;
  t.is(lte.toward['phone']!.delayNs, 60_000_000);
  t.is(lte.toward['phone']!.rateBps, 40_000_000);
  t.is(lte.toward['gateway']!.rateBps, 20_000_000);
  t.deepEqual(
    ours.topology.nodes.map(({ stack }) => stack),
    ['own', 'kernel', 'own', 'kernel'],
  );
  t.deepEqual(
    kernel.topology.nodes.map(({ stack }) => stack),
    ['kernel', 'kernel', 'kernel', 'kernel'],
  );
  t.deepEqual(kernel.programs[0]!.run, ['./mptcp']);
});

test('an unknown case or variant is refused with the nearest one', (t) => {
  const loaded = load();
  t.deepEqual(
    complaintsOn(() => loaded.resolve('links.lte.delay=6ms', 'ours')),
    ['there is no case links.lte.delay=6ms [unknown-case]\n   did you mean links.lte.delay=60ms?'],
  );
  t.deepEqual(
    complaintsOn(() => loaded.resolve('links.lte.delay=60ms', 'kernal')),
    ['there is no variant kernal [unknown-variant]\n   did you mean kernel?'],
  );
});

test('a place is found for a path, and for a span within an expression', (t) => {
  const loaded = load();
  const place = loaded.placeOf(['expect', 'ahead', 'that'], { start: 13, end: 23 });
  t.is(place.file, 'scenarios/failover.yaml');
  t.is(place.text.slice(place.column - 1, place.column - 1 + place.width), 'kernel.gap');
  const choice = { caseId: 'links.lte.delay=15ms', variant: 'ours' };
  t.is(loaded.placeOf(['links', 'lte', 'delay']).file, 'topologies/dual-homed.yaml');
  t.is(
    loaded.placeOf(['links', 'lte', 'delay'], undefined, choice).text,
    '  links.lte.delay: [15 ms, 30 ms, 60 ms]',
  );
});

test('a file without a matrix has one case, and without variants one variant', (t) => {
  const loaded = loadText('scenario: x\nnodes: { a: { kind: host } }\n');
  t.deepEqual(loaded.cases, [{ id: 'default' }]);
  t.deepEqual(loaded.variants, ['default']);
  t.is(loaded.resolve('default', 'default').limitNs, 60_000_000_000);
});
