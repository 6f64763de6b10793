import test from 'ava';
import { type NatBehaviour, natBehaviours } from '../schema/nat-settings.ts';
import { createBox, dropReasons, udpIn, udpOut, wan } from './nat-test-box.ts';

const inner = '192.168.1.2:5000';
const [first, samePeer, otherPeer] = ['192.0.2.1:3478', '192.0.2.1:3479', '192.0.2.2:3478'];
const portModes = ['preserve', 'sequential', 'random'] as const;

/** RFC 4787 4.1 and 5 in one sentence: whether the behaviour tells the other remote from the first. */
const tellsApart: Record<NatBehaviour, (other: string) => boolean> = {
  'endpoint-independent': () => false,
  'address-dependent': (other) => other === otherPeer,
  'address-and-port-dependent': () => true,
};

for (const mapping of natBehaviours) {
  for (const filtering of natBehaviours) {
    for (const ports of portModes) {
      const title = `${mapping} mapping, ${filtering} filtering, ${ports} ports`;
      test(`${title}: the external port is reused exactly as the mapping says`, (t) => {
        const box = createBox({ mapping, filtering, ports });
        const external = udpOut(box, 0, inner, first);
        t.regex(external!, /^198\.51\.100\.1:\d+$/);
        for (const other of [samePeer, otherPeer]) {
          const isReused = udpOut(box, 0, inner, other) === external;
          t.is(isReused, !tellsApart[mapping](other), other);
        }
        t.is(udpOut(box, 0, inner, first), external, 'the first one keeps its port');
      });

      test(`${title}: strangers come in exactly as the filter says`, (t) => {
        const box = createBox({ mapping, filtering, ports });
        const external = udpOut(box, 0, inner, first)!;
        t.is(udpIn(box, 0, first, external), inner);
        for (const other of [samePeer, otherPeer]) {
          t.is(udpIn(box, 0, other, external), tellsApart[filtering](other) ? undefined : inner);
        }
      });
    }
  }
}

test('a port that nothing is mapped to lets nobody in, whatever the filter', (t) => {
  for (const filtering of natBehaviours) {
    const box = createBox({ filtering });
    t.is(udpIn(box, 0, first, `${wan}:5000`), undefined);
    t.deepEqual(box.records, [
      {
        kind: 'nat.dropped',
        fields: { reason: 'unsolicited', protocol: 'udp', from: first, to: `${wan}:5000` },
      },
    ]);
  }
});

test('an answer to what the filter let in leaves by the port it came to', (t) => {
  const box = createBox({
    mapping: 'address-and-port-dependent',
    filtering: 'endpoint-independent',
    ports: 'random',
  });
  const external = udpOut(box, 0, inner, first)!;
  udpIn(box, 0, otherPeer, external);
  t.is(udpOut(box, 0, inner, otherPeer), external);
});

test('what else the filter lets in does not move a conversation to another port', (t) => {
  const box = createBox({
    mapping: 'address-and-port-dependent',
    filtering: 'endpoint-independent',
    ports: 'random',
  });
  const toFirst = udpOut(box, 0, inner, first)!;
  const toOther = udpOut(box, 0, inner, otherPeer)!;
  t.is(udpIn(box, 1, first, toOther), inner);
  t.is(udpOut(box, 2, inner, first), toFirst);
});

test('only what is for the box comes in from outside, and what is for a group', (t) => {
  const box = createBox({ filtering: 'endpoint-independent' });
  udpOut(box, 0, inner, first);
  t.is(udpIn(box, 1, first, inner), undefined);
  t.deepEqual(dropReasons(box), ['not-for-us']);
  t.is(udpIn(box, 2, first, '224.0.0.251:5353'), '224.0.0.251:5353');
});

test('a mapping is told once, with both of its endpoints', (t) => {
  const box = createBox({ mapping: 'address-dependent' });
  udpOut(box, 0, inner, first);
  udpOut(box, 0, inner, samePeer);
  t.deepEqual(box.records, [
    {
      kind: 'nat.mapped',
      fields: { protocol: 'udp', internal: inner, external: `${wan}:5000`, remote: '192.0.2.1' },
    },
  ]);
});
