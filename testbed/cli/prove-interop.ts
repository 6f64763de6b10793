/** Our TCP beside the kernel's, and between programs that nobody wrote for it: as long as the issue asks for. */
import { execa } from 'execa';
import { local, type Proof, type ProofGroup } from './proof.ts';

const interop = 'src/runtime/kernel-tcp/interop.lab.ts';
const shutWindow = 'src/runtime/kernel-tcp/shut-window.lab.ts';
const halfClose = 'src/runtime/kernel-tcp/half-close.lab.ts';
const peers = 'src/runtime/real-peers/real-peers.lab.ts';
const many = 'src/runtime/onload/many-connections.lab.ts';
const flood = 'src/runtime/onload/flood.lab.ts';
const multipath = 'src/runtime/kernel-mptcp/interop.lab.ts';

const ways = [
  ['1 GiB each way, nothing lost', 'over a clean way'],
  ['256 MiB each way at 1 % loss', 'at 1 % loss'],
  [
    '64 MiB each way, 5 % lost, doubled, corrupted, reordered',
    'at 5 % loss, doubled, corrupted and reordered',
  ],
] as const;

const streams = [4, 6].flatMap((family) =>
  ['machine', 'kernel'].flatMap((opener) =>
    ways.map(([size, way]) => {
      const claim = `IPv${family}, ${opener === 'machine' ? 'our machine' : 'the kernel'} opens: ${size}, byte for byte`;
      return rowOf(
        claim,
        interop,
        `IPv${family}, the ${opener} opens: both streams are exact ${way}`,
      );
    }),
  ),
);

const roles = ['our machine', 'the kernel'] as const;

/** Of one family and who opened: whose window is shut, and who ended its stream. */
function quietRows(family: number, opener: string): (role: string) => readonly Proof[] {
  const name = `IPv${family}, ${opener} opens`;
  return (role) => [
    rowOf(
      `${name}: the window of ${role} stays shut for 60 s, then 16 MiB`,
      shutWindow,
      `${name}: ${role} does not read*`,
    ),
    rowOf(
      `${name}: ${role} ends its stream, both are quiet for 65 s, then the answer of 16 MiB`,
      halfClose,
      `${name}: ${role} ends its stream*`,
    ),
  ];
}

export const interopGroup: ProofGroup = {
  report: 'tcp-interop',
  title: "Our TCP beside the kernel's, and between programs that nobody wrote for it",
  preface: [
    'A round trip is 1 ms. In the first rows our machine stands at the far end of a TUN device and a socket of',
    'the kernel (CUBIC) behind it; both ends send at the same time, and each byte is compared. In the last rows',
    'each program speaks with its own kernel, and that with our TCP, which stands between them. Times tell of',
    'the machine as much as of us, and bound nothing.',
  ],
  proofs: [
    ...streams,
    rowOf("the kernel's reset is told as one", interop, "the kernel's reset is told as one"),
    rowOf("an abort of ours is the kernel's ECONNRESET", interop, 'an abort of ours is*'),
    ...[4, 6].flatMap((family) =>
      roles.flatMap((opener) => roles.flatMap(quietRows(family, opener))),
    ),
    rowOf(
      '10 000 short connections, one after the other',
      interop,
      'short connections come and go*',
    ),
    ...['af-xdp', 'packet-ring'].flatMap((provider) =>
      ['asks', 'answers'].map((role) =>
        rowOf(
          `10 000 short connections, a thousand at once, by ${provider}, where ours ${role}`,
          many,
          `${provider}*where ours ${role}`,
        ),
      ),
    ),
    rowOf(
      'a flood of 50 000 SYNs beside an established connection: it goes on, and memory is bounded',
      interop,
      'a flood of SYNs*',
    ),
    ...['af-xdp', 'packet-ring'].map((provider) =>
      rowOf(
        `the same flood at an application on our TCP by ${provider}: who stands is answered meanwhile, who is new gets in`,
        flood,
        `${provider}: 50000 forged SYNs*`,
      ),
    ),
    ...[4, 6].map((family) =>
      rowOf(
        `curl gets 256 MiB from nginx through our TCP, IPv${family}; no warning of tshark's`,
        peers,
        `curl gets a file from nginx* (IPv${family})`,
      ),
    ),
    ...[4, 6].map((family) =>
      rowOf(
        `openssl s_client and s_server, IPv${family}`,
        peers,
        `openssl speaks TLS* (IPv${family})`,
      ),
    ),
    rowOf('iperf3 for 30 s, client to server', peers, 'iperf3 runs from the client*'),
    rowOf('iperf3 for 30 s, server to client', peers, 'iperf3 runs to the client*'),
    rowOf(
      'MPTCP goes on within 400 ms when one of two networks falls silent',
      multipath,
      'a network goes silent in the middle*',
    ),
  ],
};

function rowOf(claim: string, file: string, match: string): Proof {
  const id = `tcp-${claim.replaceAll(/\W+/g, '-')}`;
  const words = ['--timeout=60m', `--match=${match}`, file];
  return {
    id,
    claim,
    command: `ROPEWALK_PROOF_ROUND=1 ava ${words.map(quote).join(' ')}`,
    prove: async () => {
      const env = { ROPEWALK_PROOF_ROUND: '1', ROPEWALK_REQUIRE_LABS: 'netns' };
      const run = await execa('ava', words, { ...local, env });
      const line = run.stdout.split('\n').find((one) => /[✔✘]/u.test(one)) ?? 'nothing ran';
      const notes = run.stdout.split('\n').filter((one) => one.includes('ℹ'));
      const took = /\(([\d.]+m?s|[\d.]+m [\d.]+s)\)/.exec(line)?.[1];
      const seen = [took ?? line.trim(), ...notes.map((note) => note.replace(/^\W+/u, ''))];
      return { holds: run.exitCode === 0 && line.includes('✔'), seen: seen.join('; ') };
    },
  };
}

function quote(word: string): string {
  return word.includes(' ') ? `'${word}'` : word;
}
