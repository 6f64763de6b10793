import test from 'ava';
import { natBehaviours } from '../../../schema/nat-settings.ts';
import { disagreements, readNatDiscovery } from './nat-discovery.ts';

const bar = '========================================';

/** As coturn 4.6 prints it; `undefined`: it heard nothing that it could conclude from. */
function printed(mapping: string | undefined, filtering: string | undefined): string {
  const conclude = (words?: string) => (words ? `\n${bar}\n${words}\n${bar}\n` : '');
  return `
-= Mapping Behavior Discovery =-

${bar}
RFC 5780 response 1
No ALG: Mapped == XOR-Mapped
0: : IPv4. UDP reflexive addr: 198.18.0.1:58323
${conclude(mapping)}
-= Filtering Behavior Discovery =-
STUN receive timeout..
${conclude(filtering)}`;
}

const words = ['Endpoint Independent', 'Address Dependent', 'Address and Port Dependent'];

for (const [at, its] of words.entries()) {
  test(`"${its}" is ${natBehaviours[at]}, of mapping and of filtering`, (t) => {
    const other = (at + 1) % words.length;
    const text = printed(`NAT with ${its} Mapping!`, `NAT with ${words[other]} Filtering!`);
    t.deepEqual(readNatDiscovery(text), {
      mapping: natBehaviours[at],
      filtering: natBehaviours[other],
    });
  });
}

test('silence, no NAT at all, and words that are not known are no behaviour', (t) => {
  const none = { mapping: undefined, filtering: undefined };
  t.deepEqual(readNatDiscovery(''), none);
  t.deepEqual(readNatDiscovery(printed(undefined, undefined)), none);
  const noNat = 'No NAT! (Endpoint Independent Mapping)';
  t.deepEqual(readNatDiscovery(printed(noNat, noNat)), none);
  t.deepEqual(readNatDiscovery(printed('NAT with Strange Mapping!', undefined)), none);
});

test('a box is named with what is drawn and what is told, and not where both are the same', (t) => {
  const [open, , closed] = natBehaviours;
  const drawn = ['one', 'two', 'three'].map((name) => ({
    ...{ name, mapping: open!, filtering: closed! },
  }));
  const told = new Map([
    ['one', { mapping: open!, filtering: closed! }],
    ['two', { mapping: closed!, filtering: undefined }],
  ]);
  t.deepEqual(disagreements(drawn, told), [
    'two: mapping is drawn endpoint-independent, told address-and-port-dependent',
    'two: filtering is drawn address-and-port-dependent, told undefined',
    'three: mapping is drawn endpoint-independent, told undefined',
    'three: filtering is drawn address-and-port-dependent, told undefined',
  ]);
});
