/** What links that are the kernel's own ask of it, on kernels that are planted: no rights are needed. */
import process from 'node:process';
import test from 'ava';
import { ropewalk, startFolder } from './testing-runs.ts';

const shaped = { wire: 'engine: kernel, delay: 10 ms, rate: 50 Mbit/s', box: '' };
const boxed = { wire: 'engine: direct', box: 'engine: direct' };

function topologyOf({ wire, box }: typeof shaped): string {
  return `
nodes:
  phone: { kind: terminal }
  home: { kind: nat, inside: [lan], nat: home-router }
  server: { kind: host }
links:
  wire: { between: [phone, server], ${wire} }
  lan: { between: [phone, home], ${box} }
  wan: { between: [home, server], ${box} }
`;
}

const scenario = `
scenario: shaped
about: Questions over a link that the kernel shapes.
topology: drawn.yaml
repeat: 1
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, via: wire, count: 3 }
measure:
  rtt: { what: rtt, of: ping }
expect:
  near: { that: rtt <= 1 s, at: every }
`;

const all = { netem: true, tbf: true, nftNat: 'yes' };

/** A module that is loaded first, and gives the lab rights and this kernel to ask. */
function planting(kernel: object): string {
  const facts = `{ isLinux: true, isRoot: true, hasTun: true, hasTool: () => true,
    kernel: () => (${JSON.stringify(kernel)}) }`;
  const source = `export const kernelFactsHere = () => (${facts});`;
  return `import { registerHooks } from 'node:module';
    process.getuid = () => 0;
    registerHooks({
      load: (url, context, next) => url.endsWith('/ground/kernel-facts.ts')
        ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(source)} }
        : next(url, context),
    });`;
}

const lacking = [
  [
    { drawn: shaped, kernel: { ...all, netem: false } },
    /wire asks the kernel for a delay.*no sch_netem.*sudo modprobe sch_netem.*or write engine: model/s,
    /sch_tbf/,
  ],
  [
    { drawn: shaped, kernel: { ...all, tbf: false } },
    /wire asks the kernel for a rate.*no sch_tbf.*sudo modprobe sch_tbf.*or write engine: model/s,
    /sch_netem/,
  ],
  [
    { drawn: boxed, kernel: { ...all, nftNat: 'no tool' } },
    /home is a NAT box of the kernel, and nft is not there.*sudo apt-get install nftables/s,
    /modprobe/,
  ],
] as const;

/** Elsewhere the lab is not even loaded. */
const linuxTest = process.platform === 'linux' ? test : test.skip;

for (const [{ drawn, kernel }, said, unsaid] of lacking) {
  linuxTest(
    `on a kernel with ${JSON.stringify(kernel)} what asks for more ends with 5, the reason and the remedy`,
    async (t) => {
      const files = { 'drawn.yaml': topologyOf(drawn), 'shaped.yaml': scenario };
      const folder = startFolder(t, files);
      const planted = planting(kernel);
      const run = await ropewalk(
        folder,
        ['run', 'shaped.yaml', '--lab', 'netns', '--json'],
        planted,
      );
      t.is(run.exitCode, 5, run.stderr);
      const [row] = JSON.parse(run.stdout).rows;
      t.is(row.verdict, 'unsupported');
      t.regex(row.why, said);
      t.notRegex(row.why, unsaid);
      const up = await ropewalk(folder, ['up', 'drawn.yaml'], planted);
      t.is(up.exitCode, 5, up.stdout);
      t.regex(up.stderr, said);
      t.notRegex(up.stderr, unsaid);
    },
  );
}
