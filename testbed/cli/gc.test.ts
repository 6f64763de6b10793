import test from 'ava';
import { formatCollected } from './gc.ts';

test('gc says in a row for each run what it took away', (t) => {
  const namespace = (name: string) => ({ kind: 'namespace', name }) as const;
  const owner = { kind: 'netns', pid: 4_231, startTime: 77 } as const;
  const removed = [
    { kind: 'process', pid: 4_240, startTime: 80 } as const,
    namespace('rw-k3f9x-1'),
    namespace('rw-k3f9x-0'),
  ];
  const text = formatCollected([
    { runId: 'k3f9x', owner, removed },
    { runId: 'm2', owner: undefined, removed: [] },
  ]);
  t.deepEqual(text.split('\n'), [
    'run    killed as       taken away',
    'k3f9x  pid 4231        1 process, 2 namespaces, its folder',
    'm2     before it said  its folder',
    '',
  ]);
});

test('where nothing was left, gc says so', (t) => {
  t.is(formatCollected([]), 'no run has left anything behind\n');
});
