import test from 'ava';
import { loadScenario } from './load.ts';
import { withEngine } from './run-engine.ts';

const text = `
scenario: engines
topology:
  nodes: { a: { kind: host }, b: { kind: host }, c: { kind: host } }
  links:
    plain: { between: [a, b], rate: 1 Mbit/s }
    bare: { between: [b, c], engine: direct }
traffic:
  ping: { run: request-response, from: a, to: b, count: 1 }
measure:
  rtt: { what: rtt, of: ping }
expect:
  physics: { that: rtt >= 0 ms }
`;

test('a run chooses the engine of all links but the bare ones', (t) => {
  const loaded = loadScenario('engines.yaml', () => text);
  const enginesWith = (engine: 'model' | 'kernel' | undefined) =>
    withEngine(loaded, engine)
      .resolve('default', 'default')
      .topology.links.map((link) => link.engine);
  t.deepEqual(enginesWith(undefined), ['model', 'direct']);
  t.deepEqual(enginesWith('kernel'), ['kernel', 'direct']);
});
