import test from 'ava';
import fc from 'fast-check';
import { encodePcapngBlock, type PcapngBlock } from '../../../src/wire/pcapng.ts';
import { isInterfaceBlock, PcapngBlocks } from './pcapng-blocks.ts';

const described: readonly PcapngBlock[] = [
  { kind: 'section', application: 'test' },
  { kind: 'interface', name: 'phone:wifi', linkType: 1 },
  ...[60, 1_514, 1].map((originalBytes, tNs): PcapngBlock => {
    const bytes = new Uint8Array(originalBytes).fill(tNs + 1);
    return { kind: 'packet', interfaceIndex: 0, tNs, direction: 'inbound', originalBytes, bytes };
  }),
];
const blocks = described.map(encodePcapngBlock);
const stream = Buffer.concat(blocks);

test('however a stream is cut, its blocks come out whole and in order', (t) => {
  const cuts = fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (places) => {
      const seen: Uint8Array[] = [];
      const reader = new PcapngBlocks((block) => seen.push(block));
      const edges = [0, ...places.toSorted((a, b) => a - b), stream.length];
      for (const [at, from] of edges.slice(0, -1).entries()) {
        reader.push(stream.subarray(from, edges[at + 1]));
      }
      t.deepEqual(
        seen.map((block) => Buffer.from(block)),
        blocks.map((block) => Buffer.from(block)),
      );
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('interfaces are told from the rest', (t) => {
  t.deepEqual(blocks.map(isInterfaceBlock), [false, true, false, false, false]);
});
