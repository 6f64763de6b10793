import test from 'ava';
import type { LinkStory } from '../../measure/story.ts';
import { pathsInUse } from './paths-in-use.ts';

function linkOf(link: string, bytes: readonly number[]): LinkStory {
  const none = { stepNs: 1e8, values: bytes.map(() => 0) };
  const deliveredBytes = { stepNs: 1e8, values: bytes };
  return { link, toward: 'phone', deliveredBytes, underWayFrames: none, droppedFrames: none };
}

const spansOf = (wifi: readonly number[], lte: readonly number[]) =>
  pathsInUse([linkOf('wifi', wifi), linkOf('lte', lte)]).flatMap(({ spans }) =>
    spans.map(({ fromNs, toNs, links }) => [fromNs / 1e8, toNs / 1e8, links]),
  );

test('a path that takes over is seen where it does, and silence is no path', (t) => {
  t.deepEqual(spansOf([900, 900, 0, 0, 0, 0], [0, 0, 0, 0, 800, 900]), [
    [0, 2, 'wifi'],
    [4, 6, 'lte'],
  ]);
});

test('two that bring alike are in use together, and a trickle beside a stream is not', (t) => {
  t.deepEqual(spansOf([900, 900, 900, 900], [900, 300, 200, 10]), [
    [0, 2, 'wifi + lte'],
    [2, 4, 'wifi'],
  ]);
});

test('a link that stands by for the whole run is a choice that was made, and is shown', (t) => {
  t.deepEqual(spansOf([900, 900], [0, 0]), [[0, 2, 'wifi']]);
});

test('a node with one link, and one whose links carry nothing, have no choice to show', (t) => {
  t.deepEqual(pathsInUse([linkOf('wifi', [900, 900])]), []);
  t.deepEqual(spansOf([0, 0], [0, 0]), []);
});
