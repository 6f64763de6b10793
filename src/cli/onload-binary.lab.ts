/** Programs that are not Node's, on our TCP: by a virtual interface in a namespace of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runInNamespace } from '../linux/network-namespace.ts';
import { TestCable, serialLabTest as test } from '../linux/testing-lab.ts';

const ropewalk = join(import.meta.dirname, '../../testbed/cli/ropewalk.js');
const server = `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const content = readFileSync(process.argv[1]);
createServer((_, answer) => answer.end(content)).listen(8000, () => console.log('listening'));
`;

class Bench implements AsyncDisposable {
  readonly cable = new TestCable();
  readonly folder = mkdtempSync(join(tmpdir(), 'ropewalk-onload-'));
  readonly content = randomBytes(4_000_000);
  readonly #children: ChildProcess[] = [];

  async serve(): Promise<void> {
    const file = join(this.folder, 'content');
    writeFileSync(file, this.content);
    const child = this.#start('right', [process.execPath, '-e', server, file]);
    await once(child.stdout!, 'data');
  }

  async serveIperf3(): Promise<void> {
    const child = this.#start('right', ['iperf3', '-s', '-1', '--forceflush']);
    await once(child.stdout!, 'data');
  }

  /** What came out, and what was said. */
  async onload(words: readonly string[]) {
    const child = this.#start('left', [process.execPath, ropewalk, 'onload', ...words]);
    const out: Buffer[] = [];
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: Buffer.concat(out), said };
  }

  /** Connections that the kernel of the left side opened by itself. */
  get activeOpens(): number {
    const text = runInNamespace(this.cable.left, () =>
      readFileSync('/proc/thread-self/net/snmp', 'utf8'),
    );
    const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp:'));
    const at = names!.split(' ').indexOf('ActiveOpens');
    return Number(values!.split(' ')[at]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    this.cable[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }

  #start(side: 'left' | 'right', [file, ...words]: readonly string[]): ChildProcess {
    const child = runInNamespace(this.cable[side], () =>
      spawn(file!, words, { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.#children.push(child);
    return child;
  }
}

const curl = ['curl', '-sS', '--max-time', '20', 'http://192.0.2.2:8000/'];

test('curl gets a file over TCP of ours, and the kernel opens no connection for it', async (t) => {
  t.timeout(60_000);
  await using bench = new Bench();
  await bench.serve();
  const { code, stdout, said } = await bench.onload(['--tcp', 'packet-ring,kernel', '--', ...curl]);
  t.is(code, 0, said);
  t.true(stdout.equals(bench.content), `${stdout.length} bytes`);
  t.is(bench.activeOpens, 0);
});

test('with the kernel as the only transport the same program works, and the kernel counts it', async (t) => {
  t.timeout(60_000);
  await using bench = new Bench();
  await bench.serve();
  const { code, stdout, said } = await bench.onload(['--tcp', 'kernel', '--', ...curl]);
  t.is(code, 0, said);
  t.true(stdout.equals(bench.content));
  t.true(bench.activeOpens > 0);
});

test('a refusal is the refusal that the program would have had, and so is its exit code', async (t) => {
  t.timeout(60_000);
  await using bench = new Bench();
  const { code } = await bench.onload(['--', 'curl', '-sS', 'http://192.0.2.2:81/']);
  t.is(code, 7, 'CURLE_COULDNT_CONNECT');
});

/**
 * In `make prove` as long as the proof asks for. A time and no amount: a receiver counts until its peer's other
 * connection says that all is sent, which may come before what still waits in buffers.
 */
const seconds = process.env['ROPEWALK_PROOF_ROUND'] === undefined ? '2' : '30';
const leastBytes = 1_048_576;

for (const provider of ['packet-ring', 'af-xdp'] as const) {
  for (const [way, ...words] of [['sends'], ['receives', '-R']] as const) {
    test(`7.4 ${provider}: iperf3 ${way} by TCP of ours, its peer a stock one`, async (t) => {
      t.timeout(120_000);
      await using bench = new Bench();
      await bench.serveIperf3();
      const client = ['iperf3', '-c', '192.0.2.2', '-J', '-t', seconds, ...words];
      const { code, stdout, said } = await bench.onload(['--tcp', `${provider}`, '--', ...client]);
      t.is(code, 0, `${said}${stdout}`);
      const { end } = JSON.parse(stdout.toString());
      t.true(end.sum_received.bytes >= leastBytes, `${end.sum_received.bytes} bytes`);
      t.is(bench.activeOpens, 0, 'the kernel opened none of its connections');
      t.log(`${(end.sum_received.bits_per_second / 1e6).toFixed(0)} Mbit/s`);
    });
  }
}
