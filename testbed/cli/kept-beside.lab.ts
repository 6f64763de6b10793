/** What stands beside a kept lab stays: what is somebody else's, and another lab of the same file. */
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { tracesOf } from '../labs/ground/testing-rig.ts';
import { ForeignGuest } from '../labs/netns/testing-foreign.ts';
import { KeptTestLab } from './testing-kept.ts';

test('a lab that is taken down leaves a foreign namespace as it was, and who lives in it', async (t) => {
  using guest = new ForeignGuest();
  const before = guest.state();
  const lab = await KeptTestLab.raise(t);
  const { card } = await lab.report();
  t.deepEqual(guest.state(), before);
  t.is((await lab.say('down', lab.name)).exitCode, 0);
  t.deepEqual(tracesOf(card.runId), []);
  t.deepEqual(guest.state(), before);
  t.true(await guest.isAlive());
  await guest.proveThatLossesAreSeen();
});

test('two labs of one file stand side by side, and one goes without the other', async (t) => {
  const one = await KeptTestLab.raise(t);
  const name = `${one.name}-2`;
  t.teardown(() => one.say('down', name));
  const up = await one.say('up', 'home.yaml', '--name', name);
  t.is(up.exitCode, 0, up.stderr);
  const other = ['exec', '--name', name];
  const { card } = await one.report();
  const [{ card: otherCard }] = JSON.parse((await one.say('ps', name, '--json')).stdout);
  t.is(otherCard.file, card.file);
  t.not(otherCard.runId, card.runId);

  // Their nodes have the same names and addresses, and share nothing: what is changed in one is not in the other.
  const dsl = ['change', '--name', one.name, 'dsl', 'down'];
  t.is((await one.say(...dsl)).exitCode, 0);
  const ping = ['phone', '--', 'ping', '-4', '-c1', '-w5', 'server.dsl'];
  t.is((await one.say('exec', '--name', one.name, ...ping)).exitCode, 1);
  t.is((await one.say(...other, ...ping)).exitCode, 0);

  t.is((await one.say('down', one.name)).exitCode, 0);
  t.deepEqual(tracesOf(card.runId), []);
  t.true(tracesOf(otherCard.runId).length > 0);
  t.is((await one.say(...other, ...ping)).exitCode, 0);
  t.is((await one.say('down', name)).exitCode, 0);
  t.deepEqual(tracesOf(otherCard.runId), []);
});
