import test from 'ava';
import { tellStory } from './tell-story.ts';
import { contextOf, openedAt, recordAt, sentAt } from './testing-records.ts';

const arrivals = (...timesMs: number[]) =>
  timesMs.map((at) =>
    recordAt(at, 'phone', 'datagram.received', {
      flow: 'download',
      n: Math.round(at / 10),
      bytes: 1000,
    }),
  );

/** Datagram n leaves at 10 n ms; 4 to 8 do not arrive. */
const run = () =>
  contextOf(
    openedAt(0),
    sentAt(10, 20, 30, 40, 50, 60, 70, 80, 90, 100),
    [recordAt(35, 'lab', 'event.began', { event: 'silence', occurrence: 1 })],
    [recordAt(36, 'phone', 'ip.interface', { interface: 'wifi', up: false })],
    [recordAt(75, 'lab', 'event.ended', { event: 'silence', occurrence: 1 })],
    arrivals(11, 21, 31, 91, 101),
  );

test('amounts add up, gaps and events stand where they were', (t) => {
  const story = tellStory(run());
  const [flow] = story.flows;
  t.is(
    flow!.arrivedBytes.values.reduce((a, b) => a + b, 0),
    5_000,
  );
  t.deepEqual(flow!.gaps[0], { fromNs: 31e6, toNs: 91e6 });
  t.deepEqual(story.events, [{ name: 'silence', fromNs: 35e6, toNs: 75e6 }]);
  t.deepEqual(story.notes, [{ tNs: 36e6, node: 'phone', text: 'wifi down' }]);
});

test('packets are shown around the event and around the end of the silence', (t) => {
  const { exchange } = tellStory(run());
  t.is(exchange!.about, 'silence begins');
  t.deepEqual(exchange!.lanes, ['phone', 'server']);
  const messages = exchange!.steps.filter((step) => step.kind === 'message');
  t.deepEqual(
    messages.map(({ text, arrivedNs }) => [text, arrivedNs === undefined]),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => [`download ${n}`, n >= 4 && n <= 8]),
  );
});

test('a failure is the moment that matters, whatever else there was', (t) => {
  const context = run();
  const failed = recordAt(90, 'phone', 'program.failed', {
    id: 'download/sink',
    reason: 'crashed',
  });
  const { exchange } = tellStory({ ...context, records: [...context.records, failed] });
  t.is(exchange!.about, 'download/sink fails');
});

test('a run without anything to see has no packets to show', (t) => {
  const story = tellStory(contextOf([recordAt(0, 'lab', 'run.ready')]));
  t.is(story.exchange, undefined);
  t.deepEqual(story.flows, []);
});
