import test from 'ava';
import type { Frame } from '../../../src/base/frame.ts';
import type { Field } from '../../../src/trace/record.ts';
import type { PlannedLink } from '../../plan/plan.ts';
import { tallyLinks } from './link-tally.ts';

const ms = 1_000_000;
const linkOf = (name: string): PlannedLink =>
  ({
    name,
    engine: 'model',
    ends: [{ node: 'phone' }, { node: 'server' }],
  }) as unknown as PlannedLink;
const frame = { length: 1_000, bytes: new Uint8Array(1_000) } as unknown as Frame;

function seriesOf(tally: NonNullable<ReturnType<typeof tallyLinks>>, endMs: number) {
  const rows: Record<string, Field>[] = [];
  const take = (kind: string, fields: Readonly<Record<string, Field>>) => {
    if (kind === 'link.series') rows.push({ ...fields });
  };
  tally.write((_, __, kind, fields) => take(kind, fields), endMs * ms);
  return rows;
}

test('each direction has what it delivered, had under way and dropped, step by step', (t) => {
  const tally = tallyLinks([linkOf('wifi')])!;
  tally.frame(10 * ms, 'server', 'wifi', 'outbound', frame);
  tally.frame(20 * ms, 'server', 'wifi', 'outbound', frame);
  tally.queued(20 * ms, 'phone', 'wifi', 1);
  tally.queued(250 * ms, 'phone', 'wifi', 3);
  tally.frame(120 * ms, 'phone', 'wifi', 'inbound', frame);
  tally.note('link.dropped', 130 * ms, { link: 'wifi', toward: 'phone' });
  tally.frame(250 * ms, 'server', 'wifi', 'outbound', frame);
  t.deepEqual(seriesOf(tally, 290), [
    {
      ...{ link: 'wifi', toward: 'phone', stepNs: 100 * ms },
      deliveredBytes: [0, 1000, 0],
      underWayFrames: [2, 0, 1],
      queuedFrames: [1, 0, 3],
      droppedFrames: [0, 1, 0],
    },
  ]);
});

test('a long run has longer steps, and nothing is lost on the way', (t) => {
  const tally = tallyLinks([linkOf('wifi')])!;
  for (let at = 0; at < 1_000; at++) {
    tally.frame(at * 100 * ms, 'server', 'wifi', 'outbound', frame);
    tally.frame(at * 100 * ms, 'phone', 'wifi', 'inbound', frame);
  }
  const [row] = seriesOf(tally, 100_000);
  const delivered = row!['deliveredBytes'] as number[];
  t.is(row!['stepNs'], 200 * ms);
  t.true(delivered.length <= 600);
  t.is(
    delivered.reduce((a, b) => a + b, 0),
    1_000_000,
  );
});

test('what comes after it sees every frame', (t) => {
  const seen: string[] = [];
  const tally = tallyLinks([linkOf('wifi')])!;
  tally.next = { frame: (_, node, link, direction) => seen.push(`${node} ${link} ${direction}`) };
  tally.frame(0, 'server', 'wifi', 'outbound', frame);
  tally.frame(0, 'elsewhere', 'other', 'inbound', frame);
  t.deepEqual(seen, ['server wifi outbound', 'elsewhere other inbound']);
});

test('a network that is too large to be drawn is not counted', (t) => {
  t.is(tallyLinks(Array.from({ length: 257 }, (_, at) => linkOf(`l${at}`))), undefined);
});
