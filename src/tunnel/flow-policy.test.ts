import test from 'ava';
import { multipathFor, policiesOf, policyFor } from './flow-policy.ts';

const policies = { duplicate: [5_060], pin: { lte: [22, 5_060], wifi: [443] } };
const links = ['wifi', 'lte'];

test('a port that is pinned goes by its link alone, whichever end names it', (t) => {
  for (const ports of [
    [40_000, 22],
    [22, 40_000],
  ]) {
    const policy = policyFor(policies, ports);
    t.deepEqual(policy, { kind: 'pin', link: 'lte' });
    t.deepEqual(multipathFor(policy, links), { interfaces: ['lte'] });
  }
});

test('a port that is to be doubled goes by all links, each byte twice', (t) => {
  const policy = policyFor({ ...policies, pin: {} }, [5_060]);
  t.deepEqual(multipathFor(policy, links), { interfaces: links, scheduler: 'redundant' });
});

test('all other flows are striped', (t) => {
  const policy = policyFor(policies, [80, 50_000]);
  t.deepEqual(policy, { kind: 'stripe' });
  t.deepEqual(multipathFor(policy, links), { interfaces: links });
});

test('a link that a flow is pinned to and that is not there leaves it none', (t) => {
  t.deepEqual(multipathFor({ kind: 'pin', link: 'cable' }, links), { interfaces: [] });
});

test('there is a policy for each that was asked for, and one for the rest', (t) => {
  t.deepEqual(
    policiesOf(policies).map(({ kind }) => kind),
    ['stripe', 'duplicate', 'pin', 'pin'],
  );
  t.is(policiesOf({ duplicate: [], pin: {} }).length, 1);
});
