import test from 'ava';
import type { ProgramModel } from '../schema/model.ts';
import { PlanError } from './plan-error.ts';
import { planScenario } from './plan-scenario.ts';
import { link, node, scenario } from './testing-topology.ts';

function planWith(programs: readonly ProgramModel[], addressCount: number) {
  const nodes = [node('phone', 'terminal'), node('judge', 'host', { addressCount })];
  const links = [link('wire', ['phone', 'judge'])];
  return planScenario(scenario({ nodes, links }, { programs }));
}

const server = {
  name: 'server',
  on: 'judge',
  run: 'nat-probe-server',
  with: { addresses: { node: 'judge' }, ports: [3478, 3479] },
};

test("a NAT probe's server on a node with one address is refused, with two it is planned", (t) => {
  const error = t.throws(() => planWith([server], 1), { instanceOf: PlanError });
  t.is(error.code, 'needs-two-addresses');
  t.is(error.message, 'server needs two addresses of one node, and is given 1');
  t.deepEqual(error.path, ['programs', 'server', 'with', 'addresses']);
  t.is(planWith([server], 2).programs.length, 1);
});

test('two services of one node cannot have one port, of two nodes they can', (t) => {
  const echo = (name: string, on: string) => ({ name, on, run: 'echo', with: { port: 7 } });
  const error = t.throws(() => planWith([echo('one', 'judge'), echo('two', 'judge')], 1), {
    instanceOf: PlanError,
  });
  t.is(error.code, 'port-taken');
  t.is(error.message, 'port 7 of judge is already that of one');
  t.notThrows(() => planWith([echo('one', 'judge'), echo('two', 'phone')], 1));
});
