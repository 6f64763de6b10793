import test from 'ava';
import { foreignConformance, isStarved, runText } from '../foreign.conformance.ts';
import { engineOrReason } from './testing-engine.ts';

const engine = await engineOrReason();
if (engine !== undefined) {
  foreignConformance('docker', test);

  test('a node that wants more memory than it may have loses the program, and is told why', async (t) => {
    const { result, all } = await runText(
      'docker',
      t,
      `topology:
  nodes: { phone: { kind: terminal, memory: 32 MiB }, server: { kind: host } }
  links: { wifi: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms } }
programs:
  eat: { on: phone, run: [sh, -c, 'head -c 200000000 /dev/zero | tail'], awaited: true }
measure: { done: { what: success, of: eat } }
expect: { fed: { that: done == 1 } }
`,
    );
    if (isStarved(t, result)) return;
    t.regex(all!.replaceAll(/\s+/g, ' '), /32 MiB of memory, and that was used up/);
  });

  test('a node may use as much of a processor as it is given, and no more', async (t) => {
    const { metrics, result, all } = await runText(
      'docker',
      t,
      `topology:
  nodes: { phone: { kind: terminal, cpus: 0.2 }, server: { kind: host } }
  links: { wifi: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms } }
programs:
  spin:
    on: phone
    run: [sh, -c, 'timeout 1 sh -c "while :; do :; done"; cat /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu.stat; true']
    awaited: true
    reads: { regex: 'nr_throttled (?<times>\\d+)' }
measure: { held: { what: reported, of: spin, field: times, pick: max } }
`,
    );
    if (isStarved(t, result)) return;
    const held = metrics['held'];
    t.true(held?.kind === 'value' && held.value > 0, all);
  });
}
