import test from 'ava';
import { foreignConformance, isStarved, runText } from '../foreign.conformance.ts';
import { engineOrReason } from './testing-engine.ts';

const engine = await engineOrReason();
if (engine !== undefined) {
  foreignConformance('docker', test.serial);

  test.serial(
    'a node that wants more memory than it may have loses the program, and is told why',
    async (t) => {
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
    },
  );

  test.serial('a node may use as much of a processor as it is given, and no more', async (t) => {
    const { metrics, result, all } = await runText(
      'docker',
      t,
      `topology:
  nodes: { phone: { kind: terminal, cpus: 0.2 }, server: { kind: host } }
  links: { wifi: { between: [phone, server], rate: 10 Mbit/s, delay: 5 ms } }
programs:
  spin:
    on: phone
    run: [sh, -c, 'timeout 1 sh -c "while :; do :; done"; times']
    awaited: true
    reads: { regex: '\\dm(?<used>[\\d.]+)s' }
measure: { used: { what: reported, of: spin, field: used, pick: max } }
`,
    );
    if (isStarved(t, result)) return;
    // A fifth of a second, and what is given for the periods in which it began and ended.
    const used = metrics['used'];
    t.true(used?.kind === 'value' && used.value > 0 && used.value < 0.4, all);
    t.log(used);
  });
}
