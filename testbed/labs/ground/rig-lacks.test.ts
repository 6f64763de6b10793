import test from 'ava';
import { link, ms, node } from '../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { Engine, LinkModel, NodeModel } from '../../schema/model.ts';
import type { KernelHas } from './kernel-has.ts';
import { rigLacksOf } from './rig-lacks.ts';
import { planOf } from './testing-rig.ts';

const able: KernelHas = { netem: true, tbf: true, nftNat: 'yes' };
const phone = node('phone', 'terminal');
const server = node('server', 'host');

function lacks(settings: Partial<DirectionSettings>, kernel = able, engine: Engine = 'kernel') {
  const plan = planOf([phone, server], [link('wire', ['phone', 'server'], settings)], engine);
  return rigLacksOf(plan, kernel).map(({ what }) => what);
}

function lacksAt(nodes: readonly NodeModel[], links: readonly LinkModel[], kernel = able) {
  return rigLacksOf(planOf(nodes, links), kernel).map(({ what }) => what);
}

test('a kernel with netem and tbf delays, loses and limits', (t) => {
  t.deepEqual(lacks({ delayNs: ms(10), jitterNs: ms(2), rateBps: 1e6 }), []);
  t.deepEqual(lacks({ loss: { model: 'independent', ratio: 0.1 }, duplicateRatio: 0.1 }), []);
});

test('without netem a delay is a lack and a rate is none', (t) => {
  const bare = { ...able, netem: false };
  t.deepEqual(lacks({ rateBps: 1e6 }, bare), []);
  t.deepEqual(lacks({ rateBps: 1e6, delayNs: ms(1) }, bare), [
    'link wire asks the kernel for a delay, a loss or the like, and it has no sch_netem',
  ]);
  t.deepEqual(lacks({ delayNs: ms(1) }, bare, 'model'), [], 'the hub does that');
});

test('what netem does otherwise than the model is a lack, each once', (t) => {
  const asked = {
    loss: { model: 'list', frames: [3] },
    reorder: { ratio: 0.1, holdNs: 5 },
  } as const;
  t.deepEqual(lacks(asked), [
    'link wire asks the kernel for the loss of certain frames, which it has not as the model does it',
    'link wire asks the kernel for frames that are held back, which it has not as the model does it',
  ]);
});

test('a cable cannot end at a box that stands in the hub', (t) => {
  const nodes = [phone, node('box', 'nat', { inside: ['lan'] }), server];
  const lan = link('lan', ['phone', 'box']);
  const wan = link('wan', ['box', 'server']);
  t.deepEqual(lacksAt(nodes, [lan, wan]), [], 'all of its links are cables: the kernel has it');
  const mixed = planOf(nodes, [lan, wan]).links.map((one) =>
    one.name === 'lan' ? { ...one, engine: 'model' as const } : one,
  );
  const plan = { ...planOf(nodes, [lan, wan]), links: mixed };
  t.deepEqual(
    rigLacksOf(plan, able).map(({ what }) => what),
    ['link wan passes the hub by, and box stands there'],
  );
});

test('a box of the kernel needs nft', (t) => {
  const nodes = [phone, node('box', 'nat', { inside: ['lan'] }), server];
  const links = [link('lan', ['phone', 'box']), link('wan', ['box', 'server'])];
  t.deepEqual(lacksAt(nodes, links, { ...able, nftNat: 'no tool' }), [
    'box is a NAT box of the kernel, and nft is not there',
  ]);
  t.deepEqual(lacksAt(nodes, links, { ...able, nftNat: 'no kernel' }), [
    'box is a NAT box of the kernel, which has no NAT by nftables',
  ]);
});
