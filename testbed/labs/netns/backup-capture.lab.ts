/** A take-over as a stranger's analyser sees it in a capture of the peer's link: one conversation, and no other. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { declareLack } from '../../../src/linux/testing-lab.ts';
import { findTool } from '../processes/find-tool.ts';

const root = join(import.meta.dirname, '../../..');
const ropewalk = join(root, 'testbed/cli/ropewalk.js');
const scenario = join(root, 'scenarios/backup-gap.yaml');
const fields = ['ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport', 'tcp.stream', 'tcp.flags.syn'];
/** What the capture is of: two works, each killed at four moments. */
const cases = 8;

interface Frame {
  readonly tuple: string;
  readonly stream: string;
  readonly isOfService: boolean;
  readonly isSyn: boolean;
  readonly isReset: boolean;
  readonly isFin: boolean;
  readonly atS: number;
}

/** Frames of the service's port where the peer has its link. */
function framesOf(t: ExecutionContext, capture: string): Frame[] {
  const wanted = 'frame.interface_name == "peer:outside" && tcp.port == 7000';
  const more = ['tcp.flags.reset', 'tcp.flags.fin', 'frame.time_epoch'];
  const told = [...fields, ...more].flatMap((field) => ['-e', field]);
  const argv = ['-r', capture, '-Y', wanted, '-T', 'fields', ...told];
  const { stdout, stderr, status } = spawnSync('tshark', argv, { encoding: 'utf8' });
  t.is(status, 0, stderr);
  const isSet = (flag: string | undefined) => flag === '1' || flag === 'True';
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [from, fromPort, to, toPort, stream, syn, reset, fin, atS] = line.split('\t');
      const ends = [`${from}:${fromPort}`, `${to}:${toPort}`].toSorted();
      return {
        ...{ tuple: ends.join(' '), stream: stream!, isOfService: fromPort === '7000' },
        ...{ isSyn: isSet(syn), isReset: isSet(reset), isFin: isSet(fin), atS: Number(atS) },
      };
    });
}

async function capturesOf(t: ExecutionContext, variant: string): Promise<Frame[][]> {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk-take-over-'));
  t.teardown(() => rmSync(out, { recursive: true }));
  const flags = ['--variant', variant, '--repeat', '1', '--capture', '--out', out];
  await execa(process.execPath, [ropewalk, 'run', scenario, ...flags], { reject: false });
  const captures = globSync('**/*.pcapng', { cwd: out });
  t.is(captures.length, cases);
  return captures.map((capture) => framesOf(t, join(out, capture)));
}

async function showsOneConversation(t: ExecutionContext): Promise<void> {
  for (const frames of await capturesOf(t, 'messages')) {
    t.is(new Set(frames.map(({ tuple }) => tuple)).size, 1);
    t.is(new Set(frames.map(({ stream }) => stream)).size, 1);
    t.is(frames.filter(({ isSyn }) => isSyn).length, 2, 'one each way');
    t.is(frames.filter(({ isReset }) => isReset).length, 0);
    const ofService = frames.filter(({ isOfService }) => isOfService);
    const fin = ofService.findIndex(({ isFin }) => isFin);
    t.true(fin === -1 || fin === ofService.length - 1, 'nothing behind an end');
    // The longest silence of the service is the take-over: it spoke before, and speaks again.
    const gaps = ofService.slice(1).map(({ atS }, at) => atS - ofService[at]!.atS);
    const longest = gaps.indexOf(Math.max(...gaps));
    t.true(gaps[longest]! >= 0.02, 'nobody takes over before two heartbeats of 10 ms were missed');
    t.true(longest < ofService.length - 2);
  }
}

async function showsReset(t: ExecutionContext): Promise<void> {
  for (const frames of await capturesOf(t, 'cold')) {
    t.true(frames.some(({ isReset }) => isReset));
  }
}

const lack = 'tshark is not here: apt-get install tshark';
if (findTool('tshark') === undefined) declareLack(lack);
else {
  test(
    'tshark sees one 4-tuple in a capture of a take-over: one handshake, no reset, no end in the middle',
    showsOneConversation,
  );
  test('control: tshark sees the reset of a standby that was told nothing', showsReset);
}
