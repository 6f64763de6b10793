/** The street of most tests: alice and bob, two ports, and for each account a group of each family. */
import type { Street, StreetPlan } from './testing-street.ts';

export const accounts = [
  { name: 'alice', password: 'alice-secret', groups: ['239.1.1.1', 'ff15::1'] },
  { name: 'bob', password: 'bob-secret', groups: ['239.1.1.2', 'ff15::2'] },
];
export const [alices, bobs] = [accounts[0]!.groups, accounts[1]!.groups];
export const groups = [...alices, ...bobs];
export const two: StreetPlan = {
  mode: 'mac-based',
  accounts,
  ports: { p1: ['alice'], p2: ['bob'] },
};
/** As many as show that it flows, and that what does not flow would have come. */
export const some = 20;

/** Alice has authenticated and gets her group of each family. */
export async function aliceGets(street: Street): Promise<void> {
  const alice = street.of('alice');
  street.source.send(groups);
  alice.logOn('alice');
  await street.untilRecord('multicast.authenticated', { mac: alice.mac });
  for (const group of alices) alice.join(group);
  for (const group of alices) {
    await street.until(() => alice.got(group) > some, `${group} at alice`);
  }
}

/** So much of the stream has gone by since. */
export async function streamPasses(street: Street): Promise<void> {
  const from = street.source.sent;
  await street.until(() => street.source.sent > from + 2 * some, 'the stream');
}
