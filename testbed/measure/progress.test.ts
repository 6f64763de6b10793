import test from 'ava';
import { createProgress, noteRecord, progressNames, readProgress } from './progress.ts';
import { answeredAt, askedAt, contextOf, openedAt, receivedAt, sentAt } from './testing-records.ts';

function readAll(records: ReturnType<typeof sentAt>, traffic: string) {
  const progress = createProgress();
  for (const record of records) noteRecord(progress, record);
  return progressNames.map((name) => readProgress(progress, `${traffic}.${name}`));
}

test('a traffic that has not begun stands at zero', (t) => {
  t.deepEqual(readAll([], 'download'), [0, 0, 0, 0]);
});

test('datagrams count as they are sent and delivered, doubles once', (t) => {
  const { records } = contextOf(
    openedAt(0),
    sentAt(1, 2, 3),
    receivedAt([1, 2], [3, 4], [3, 5], [1, 6]),
  );
  t.deepEqual(readAll([...records], 'download'), [2_000, 2, 3, 0]);
  t.deepEqual(readAll([...records], 'ping'), [0, 0, 0, 0]);
});

test('answers are received and answered at once', (t) => {
  const { records } = contextOf(askedAt(1, 2, 3), answeredAt([1, 2, 1], [3, 4, 1]));
  t.deepEqual(readAll([...records], 'ping'), [200, 2, 3, 2]);
});

test('a traffic of a counted node keeps its dots apart from the property', (t) => {
  const progress = createProgress();
  noteRecord(progress, { ...sentAt(1)[0]!, flow: 'a.b[7]' });
  t.is(readProgress(progress, 'a.b[7].sent'), 1);
});

test('a name that is no property is unknown', (t) => {
  const progress = createProgress();
  for (const name of ['download.lost', 'download', '.sent', '', 'download.constructor']) {
    t.is(readProgress(progress, name), undefined, name);
  }
});
