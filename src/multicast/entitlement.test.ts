/** Whatever happens, in whatever order: who has a group is who is entitled to it and wants it. */
import test from 'ava';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { accessModes } from './settings.ts';
import { Town, type TownPlan } from './testing-town.ts';
import { bigTown, proveTown } from './testing-town-proof.ts';

const small = { subscribers: 6, groups: 5, steps: 150 };

function walk(town: Town, { steps }: Pick<TownPlan, 'steps'>): void {
  for (let step = 0; step < steps; step++) town.step();
}

for (const mode of accessModes) {
  test(`membership is entitlement and wish at each moment (${mode})`, (t) => {
    const { seed, numRuns } = propertyRuns(50);
    let given = 0;
    for (let run = 0; run < numRuns; run++) {
      const town = new Town(seed * 100_000 + run, { mode, ...small });
      walk(town, small);
      town.settle();
      t.deepEqual(town.given(), town.due(), `seed ${seed * 100_000 + run}`);
      given += town.given().length;
    }
    t.true(given > numRuns, 'somebody had something');
  });
}

const { seed: firstSeed, numRuns: towns } = propertyRuns(1);

for (let seed = firstSeed; seed < firstSeed + towns; seed++) {
  test(`ten thousand subscribers, two hundred groups: membership is entitlement and wish (seed ${seed})`, (t) => {
    const { members } = proveTown(seed, bigTown);
    t.true(members > 1_000);
  });
}

test('control: a switch that gives before it is answered is found out', (t) => {
  const town = new Town(1, { mode: 'mac-based', ...small });
  town.at.ask = ({ port, group, mac }) => town.at.setMembers(port, group, 'any', [mac]);
  t.throws(() => walk(town, small), { message: /given and not due/ });
});

test('control: a switch that forgets to give is found out', (t) => {
  const town = new Town(1, { mode: 'mac-based', ...small });
  town.at.setMembers = () => {};
  t.throws(() => walk(town, small), { message: /due and not given/ });
});

test('control: a switch that gives to a host behind another port is found out', (t) => {
  const town = new Town(1, { mode: 'mac-based', ...small });
  const give = town.at.setMembers.bind(town.at);
  town.at.setMembers = (_, group, source, hosts) => give('p5', group, source, hosts);
  t.throws(() => walk(town, small), { message: /is not behind p5/ });
});
