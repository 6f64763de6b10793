import test from 'ava';
import { InputError } from '../base/errors.ts';
import {
  defaultHierarchies,
  leaveToKernel,
  parseHierarchy,
  providers,
  selectTransport,
} from './transport-hierarchy.ts';

const hierarchy = ['af-xdp', 'packet-ring', 'kernel'] as const;

test('the first that can be had is taken', (t) => {
  const selection = selectTransport(hierarchy, () => undefined);
  t.deepEqual(selection, {
    provider: 'af-xdp',
    level: 0,
    why: 'first choice',
    passedOver: [],
  });
});

test('who is passed over says why, and nobody below the choice is asked', (t) => {
  const asked: string[] = [];
  const selection = selectTransport(hierarchy, (provider) => {
    asked.push(provider);
    return provider === 'af-xdp' ? 'the queue is taken' : undefined;
  });
  t.like(selection, { provider: 'packet-ring', level: 1 });
  t.deepEqual(selection.passedOver, [{ provider: 'af-xdp', why: 'the queue is taken' }]);
  t.deepEqual(asked, ['af-xdp', 'packet-ring']);
});

test('the kernel stands at the end, listed or not', (t) => {
  for (const listed of [hierarchy, ['af-xdp', 'packet-ring']] as const)
    t.like(leaveToKernel(listed, 'this machine itself'), { provider: 'kernel', level: 2 });
  t.like(
    selectTransport([], () => undefined),
    { provider: 'kernel', level: 0 },
  );
});

test('what stands behind the kernel is never reached', (t) => {
  const selection = selectTransport(['kernel', 'af-xdp'], () => undefined);
  t.like(selection, { provider: 'kernel', level: 0, why: 'first choice' });
});

test('a hierarchy is written with commas, and a name that is not known is refused', (t) => {
  t.deepEqual(parseHierarchy('packet-ring, kernel'), ['packet-ring', 'kernel']);
  const refused = t.throws(() => parseHierarchy('dpdk'), { instanceOf: InputError });
  t.is(refused?.message, 'there is no transport dpdk');
  t.regex(String(refused?.hint), /there are af-xdp, packet-ring, kernel/);
});

test('system 7.3: two share memory with an interface, the third is the operating system, and a TUN or TAP is none', (t) => {
  t.deepEqual([...providers].toSorted(), ['af-xdp', 'kernel', 'packet-ring']);
  for (const protocol of ['tcp', 'udp'] as const)
    t.deepEqual(defaultHierarchies[protocol], ['af-xdp', 'packet-ring', 'kernel']);
  for (const device of ['tun', 'tap'])
    t.throws(() => parseHierarchy(`${device},kernel`), { code: 'unknown-transport' });
});
