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
  const socketPath = '/run/nobody.sock';
  const container = {
    kind: 'container',
    ...{ name: 'rw-d0-0', runId: 'd0', image: 'some', socketPath },
  } as const;
  const text = formatCollected([
    { runId: 'k3f9x', owner, removed, left: [] },
    { runId: 'm2', owner: undefined, removed: [], left: [] },
    { runId: 'd0', owner, removed: [namespace('rw-d0-0')], left: [container] },
  ]);
  t.deepEqual(text.split('\n'), [
    'run    killed as       taken away',
    'k3f9x  pid 4231        1 process, 2 namespaces, its folder',
    'm2     before it said  its folder',
    'd0     pid 4231        1 namespace, and 1 container not, since their engine does not run: start it, and call gc again',
    '',
  ]);
});

test('where nothing was left, gc says so', (t) => {
  t.is(formatCollected([]), 'no run has left anything behind\n');
});
