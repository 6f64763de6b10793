/** A take-over as a stranger's analyser sees it in a capture of the peer's link: one conversation, and no other. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { nsPerSecond } from '../../../src/base/time.ts';
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

interface Capture {
  readonly frames: readonly Frame[];
  /** By the clock of the capture. */
  readonly takenOverNs: number;
}

function takeOverIn(recordsFile: string): number {
  const lines = readFileSync(recordsFile, 'utf8').split('\n');
  return JSON.parse(lines.find((line) => line.includes('"backup.taken-over"'))!).tNs;
}

async function capturesOf(t: ExecutionContext, variant: string): Promise<Capture[]> {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk-take-over-'));
  t.teardown(() => rmSync(out, { recursive: true }));
  const flags = ['--variant', variant, '--repeat', '1', '--capture', '--out', out];
  await execa(process.execPath, [ropewalk, 'run', scenario, ...flags], { reject: false });
  const captures = globSync('**/*.pcapng', { cwd: out });
  t.is(captures.length, cases);
  return captures.map((capture) => ({
    frames: framesOf(t, join(out, capture)),
    takenOverNs: takeOverIn(join(out, capture.replace(/pcapng$/u, 'ndjson'))),
  }));
}

async function showsOneConversation(t: ExecutionContext): Promise<void> {
  for (const { frames, takenOverNs } of await capturesOf(t, 'messages')) {
    t.is(new Set(frames.map(({ tuple }) => tuple)).size, 1);
    t.is(new Set(frames.map(({ stream }) => stream)).size, 1);
    t.is(frames.filter(({ isSyn }) => isSyn).length, 2, 'one each way');
    const ofService = frames.filter(({ isOfService }) => isOfService);
    t.is(ofService.filter(({ isReset }) => isReset).length, 0);
    // The client hangs up when it has all.
    const hangUp = frames.findIndex(({ isReset }) => isReset);
    t.true(hangUp === -1 || hangUp >= frames.length - 2, `${hangUp} of ${frames.length}`);
    const fin = ofService.findIndex(({ isFin }) => isFin);
    t.true(fin === -1 || fin === ofService.length - 1, 'nothing behind an end');
    const afterwards = ofService.filter(({ atS }) => atS * nsPerSecond > takenOverNs);
    t.true(afterwards.length > 2, 'the standby goes on with it');
  }
}

async function showsReset(t: ExecutionContext): Promise<void> {
  for (const { frames } of await capturesOf(t, 'cold')) {
    t.true(frames.some(({ isReset, isOfService }) => isReset && isOfService));
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
