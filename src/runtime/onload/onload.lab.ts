/** System 7, sentence by sentence, with each user-level transport and an unmodified application. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { setOffloads } from '../../linux/link-offload.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { TestCable, serialLabTest as test } from '../../linux/testing-lab.ts';
import { umemFrameBytes } from '../../linux/xdp-socket.ts';
import type { Hierarchies } from '../../sockets/transport-hierarchy.ts';
import {
  type Application,
  Applications,
  echoPath,
  recordsOf,
  type StartOptions,
  serverPath,
} from './testing-applications.ts';
import { xdpFrames } from './xdp-wire.ts';

const left = '192.0.2.1';
const server = `http://${left}:8080`;
const providers = ['af-xdp', 'packet-ring'] as const;

function only(provider: 'af-xdp' | 'packet-ring' | 'kernel'): { hierarchies: Hierarchies } {
  return { hierarchies: { tcp: [provider], udp: [provider] } };
}

async function withBench(action: (bench: Applications, cable: TestCable) => Promise<void>) {
  using cable = new TestCable();
  const bench = new Applications(cable);
  try {
    await action(bench, cable);
  } finally {
    await bench.end();
  }
}

async function startServer(bench: Applications, options: StartOptions): Promise<Application> {
  const application = bench.start('left', [serverPath], options);
  await application.line('listening');
  return application;
}

function textsOf(records: readonly Readonly<Record<string, unknown>>[], field: string): unknown[] {
  return records.map((record) => record[field]);
}

for (const provider of providers) {
  test(`7.0 ${provider}: the trace says requested, selected, written, kicked`, (t) =>
    withBench(async (bench) => {
      const application = await startServer(bench, {
        onload: { ...only(provider), tracesFrames: true },
      });
      await bench.exec('right', 'curl', '-s', server);
      const kinds = textsOf(recordsOf(application), 'kind').filter((kind) => kind !== 'tcp.state');
      t.deepEqual(
        [...new Set(kinds)],
        [
          ...['onload.ready', 'onload.requested', 'onload.selected'],
          ...['onload.written', 'onload.kicked'],
        ],
      );
      t.like(recordsOf(application, 'onload.requested')[0], { protocol: 'tcp', port: 8_080 });
      t.like(recordsOf(application, 'onload.selected')[0], { provider, level: 0 });
    }));

  test(`7.2 ${provider}: packets are made in the application's process, and the kernel counts none of them`, (t) =>
    withBench(async (bench) => {
      const { application, counted } = await countStream(bench, {
        onload: { ...only(provider), tracesFrames: true },
      });
      t.deepEqual(counted, { in: 0, out: 0 });
      t.deepEqual(pidsOf(application), textsOf(recordsOf(application, 'onload.ready'), 'pid'));
      const datagrams = await countDatagrams(bench, { onload: only(provider) });
      t.deepEqual(datagrams.counted, { in: 0, out: 0 });
      t.like(recordsOf(datagrams.application, 'onload.selected')[0], { provider });
    }));

  test(`7.4 ${provider}: curl gets and sends bytes that are the same, over IPv4 and IPv6`, (t) =>
    withBench(async (bench) => {
      await startServer(bench, { onload: only(provider) });
      const sent = randomBytes(3_000_000);
      const path = join(bench.folder, 'sent');
      writeFileSync(path, sent);
      for (const host of [left, '[2001:db8:1::1]']) {
        const url = `http://${host}:8080/echo`;
        const got = await bench.exec('right', 'curl', '-s', '--data-binary', `@${path}`, url);
        t.is(digest(Buffer.from(got, 'latin1')), digest(sent));
      }
      const fetched = await bench.exec('right', 'curl', '-s', `${server}/bytes/5000000`);
      t.is(fetched.length, 5_000_000);
    }));

  test(`7.4 ${provider}: an application that asks gets its answers from a kernel's server`, (t) =>
    withBench(async (bench) => {
      const kernel = bench.start('left', [echoPath, 'tcp-echo', '7000']);
      await kernel.line('listening');
      const words = [echoPath, 'tcp-ask', left, '7000', '200'];
      const asking = bench.start('right', words, { onload: only(provider) });
      t.like(JSON.parse(await asking.line('answers')), { answers: 200 });
      t.is(await asking.ended(), 0);
      t.like(recordsOf(asking, 'onload.selected')[0], { provider });
    }));

  test(`7.4 ${provider}: tshark finds right checksums on the wire, and nothing malformed`, (t) =>
    withBench(async (bench, cable) => {
      for (const side of ['left', 'right'] as const)
        runInNamespace(cable[side], () => setOffloads('cable', false));
      await startServer(bench, { onload: only(provider) });
      const path = join(bench.folder, 'wire.pcap');
      const capture = bench.startTool('right', 'dumpcap', '-i', 'cable', '-f', 'tcp', '-w', path);
      await capture.line('File: ');
      await bench.exec('right', 'curl', '-s', `${server}/bytes/1000000`);
      capture.child.kill('SIGINT');
      await capture.ended();
      const seen = await countIn(bench, path, 'tcp.srcport == 8080');
      t.true(seen > 200);
      t.is(await countIn(bench, path, wrongOnes), 0);
    }));

  test(`7.4 ${provider}: openssl speaks TLS with an application`, (t) =>
    withBench(async (bench) => {
      const [key, certificate] = await makeCertificate(bench);
      const files = { KEY: key, CERTIFICATE: certificate };
      const options = { onload: only(provider), env: files };
      const tls = bench.start('left', [echoPath, 'tls-greet', '8443'], options);
      await tls.line('listening');
      const asked = ['-connect', `${left}:8443`, '-CAfile', certificate, '-verify_return_error'];
      const said = await bench.exec('right', 'openssl', 's_client', '-quiet', ...asked);
      t.regex(said, /hello over TLS/);
      t.like(recordsOf(tls, 'onload.selected')[0], { provider });
    }));

  test(`7.5 ${provider}: fewer system calls a message than the kernel's path`, async (t) => {
    const ours = await callsAMessage({ onload: { ...only(provider), trace: undefined } });
    const kernels = await callsAMessage({});
    t.log(`${ours.toFixed(2)} calls a message, the kernel's path ${kernels.toFixed(2)}`);
    t.true(ours < kernels);
  });

  test(`7.6 ${provider} and what is left: two applications at once are apart, and one outlives the other`, (t) =>
    withBench(async (bench) => {
      const onload = { hierarchies: { tcp: [provider, 'packet-ring'], udp: [] } } as const;
      const first = await startServer(bench, { onload: { ...onload, tracesFrames: true } });
      const env = { PORT: '8081' };
      const second = await startServer(bench, { onload: { ...onload, tracesFrames: true }, env });
      const urls = [server, `http://${left}:8081`];
      const got = await Promise.all(
        urls.map((url) => bench.exec('right', 'curl', '-s', `${url}/bytes/200000`)),
      );
      t.deepEqual(
        got.map(({ length }) => length),
        [200_000, 200_000],
      );
      t.is(pidsOf(first).length, 1);
      t.is(pidsOf(second).length, 1);
      t.notDeepEqual(pidsOf(first), pidsOf(second));
      await first.stop();
      t.is((await bench.exec('right', 'curl', '-s', `${urls[1]}/bytes/1000`)).length, 1_000);
      const gone = await t.throwsAsync(bench.exec('right', 'curl', '-sS', urls[0]!));
      t.regex(gone!.message, /Failed to connect|refused|Couldn't connect/);
    }));
}

test('7.1: the second application on an interface falls through from AF_XDP, and says why', (t) =>
  withBench(async (bench) => {
    const first = await startServer(bench, { onload: {} });
    const second = await startServer(bench, { onload: {}, env: { PORT: '8081' } });
    t.like(recordsOf(first, 'onload.selected')[0], { provider: 'af-xdp', level: 0, passed: [] });
    t.like(recordsOf(second, 'onload.selected')[0], {
      provider: 'packet-ring',
      level: 1,
      passed: ['af-xdp: another socket or program has the queue of cable'],
    });
    await bench.exec('right', 'curl', '-s', `http://${left}:8081`);
  }));

test('7.1: TCP and UDP each have a hierarchy of their own', (t) =>
  withBench(async (bench) => {
    const hierarchies = { tcp: ['packet-ring'], udp: ['af-xdp'] } as const;
    const server = await startServer(bench, { onload: { hierarchies } });
    const echo = bench.start('left', [echoPath, 'udp-echo', '7000'], { onload: { hierarchies } });
    await echo.line('listening');
    t.like(recordsOf(server, 'onload.selected')[0], { provider: 'packet-ring' });
    t.like(recordsOf(echo, 'onload.selected')[0], { provider: 'af-xdp' });
    const asking = bench.start('right', [echoPath, 'udp-ask', left, '7000', '50']);
    t.like(JSON.parse(await asking.line('answers')), { answers: 50 });
    t.is(
      (await bench.exec('right', 'curl', '-s', `http://${left}:8080/bytes/70000`)).length,
      70_000,
    );
  }));

test('7.1: with no user-level transport the same application works in the kernel, and says why', (t) =>
  withBench(async (bench) => {
    const before = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'];
    const application = await startServer(bench, { onload: {}, before });
    const [selected] = recordsOf(application, 'onload.selected');
    t.like(selected, { provider: 'kernel', level: 2 });
    t.true((selected!['passed'] as string[]).every((one) => one.includes('CAP_NET_ADMIN')));
    t.is((await bench.exec('right', 'curl', '-s', `${server}/bytes/5000`)).length, 5_000);
    t.true((await bench.counters('left')).get('Tcp.OutSegs')! > 0);
  }));

test('7.1: what only the kernel can reach goes there: this machine itself', (t) =>
  withBench(async (bench) => {
    await startServer(bench, { onload: {} });
    t.regex(await bench.exec('left', 'curl', '-s', 'http://127.0.0.1:8080'), /hello, ::ffff:127/);
    const words = [echoPath, 'tcp-ask', '127.0.0.1', '7000', '50'];
    const echo = bench.start('left', [echoPath, 'tcp-echo', '7000'], { onload: {} });
    await echo.line('listening');
    const asking = bench.start('left', words, { onload: {} });
    await asking.line('answers');
    t.like(recordsOf(asking, 'onload.selected')[0], {
      provider: 'kernel',
      passed: [
        'af-xdp: 127.0.0.1 is this machine itself',
        'packet-ring: 127.0.0.1 is this machine itself',
      ],
    });
  }));

test('7.2 control: without the library the kernel counts all of them', (t) =>
  withBench(async (bench) => {
    const stream = await countStream(bench, {});
    // A segment of the kernel's may be 64 KiB, and an acknowledgement stands for several.
    t.true(stream.counted.in >= 4 && stream.counted.out >= 500_000 / 65_536);
    const datagrams = await countDatagrams(bench, {});
    t.true(datagrams.counted.in >= 100 && datagrams.counted.out >= 100);
  }));

test('7.3 af-xdp: the memory is registered with the kernel, descriptors carry offsets within it, and the kick carries nothing', (t) =>
  withBench(async (bench) => {
    const { calls, offsets } = await traceCalls(bench, 'af-xdp');
    const registered = calls.find((call) => /setsockopt\(\d+, SOL_XDP, XDP_UMEM_REG/.test(call));
    t.truthy(registered);
    const socket = /setsockopt\((\d+),/.exec(registered!)![1]!;
    t.truthy(calls.find((call) => new RegExp(`mmap\\(.*, ${socket}, 0`).test(call)));
    t.true(offsets.length > 0);
    const memoryBytes = xdpFrames * umemFrameBytes;
    t.true(offsets.every((offset) => offset >= 0 && offset < memoryBytes));
    kicksCarryNothing(t, calls, socket);
  }));

test("7.3 packet-ring: the memory is the kernel's, mapped by the application, and the kick carries nothing", (t) =>
  withBench(async (bench) => {
    const { calls, offsets } = await traceCalls(bench, 'packet-ring');
    const made = calls.find((call) => /setsockopt\(\d+, SOL_PACKET, PACKET_TX_RING/.test(call));
    t.truthy(made);
    const socket = /setsockopt\((\d+),/.exec(made!)![1]!;
    t.truthy(
      calls.find((call) => new RegExp(`mmap\\(NULL, \\d+, .*MAP_SHARED, ${socket}, 0`).test(call)),
    );
    t.true(offsets.length > 0);
    kicksCarryNothing(t, calls, socket);
  }));

interface Counted {
  readonly application: Application;
  /** What the left's kernel counted of it. */
  readonly counted: { readonly in: number; readonly out: number };
}

/** Half a megabyte over TCP. */
async function countStream(bench: Applications, options: StartOptions): Promise<Counted> {
  const application = await startServer(bench, options);
  const before = await bench.counters('left');
  await bench.exec('right', 'curl', '-s', `${server}/bytes/500000`);
  const after = await bench.counters('left');
  await application.stop();
  const grown = (name: string) => after.get(name)! - before.get(name)!;
  return { application, counted: { in: grown('Tcp.InSegs'), out: grown('Tcp.OutSegs') } };
}

/** A hundred datagrams each way. */
async function countDatagrams(bench: Applications, options: StartOptions): Promise<Counted> {
  const application = bench.start('left', [echoPath, 'udp-echo', '7000'], options);
  await application.line('listening');
  const before = await bench.counters('left');
  const asking = bench.start('right', [echoPath, 'udp-ask', left, '7000', '100']);
  await asking.line('answers');
  const after = await bench.counters('left');
  await application.stop();
  const grown = (name: string) => after.get(name)! - before.get(name)!;
  const arrived = grown('Udp.InDatagrams') + grown('Udp.NoPorts');
  return { application, counted: { in: arrived, out: grown('Udp.OutDatagrams') } };
}

/** The system calls of an application that answers curl, and where its frames lay. */
async function traceCalls(
  bench: Applications,
  provider: 'af-xdp' | 'packet-ring',
): Promise<{ calls: string[]; offsets: number[] }> {
  const path = join(bench.folder, 'calls');
  const which = 'setsockopt,mmap,bind,sendto,sendmsg,write,writev';
  // Detached: who ends the application ends the tracer with it.
  const before = ['strace', '-D', '-f', '-qq', '-e', `trace=${which}`, '-o', path];
  const onload = { ...only(provider), tracesFrames: true };
  const application = await startServer(bench, { onload, before });
  await bench.exec('right', 'curl', '-s', `${server}/bytes/100000`);
  const offsets = recordsOf(application, 'onload.written').map(({ offset }) => Number(offset));
  return { calls: readFileSync(path, 'utf8').split('\n'), offsets };
}

function kicksCarryNothing(t: ExecutionContext, calls: readonly string[], socket: string): void {
  const sends = new RegExp(`(send|sendto|sendmsg|write|writev)\\(${socket},`);
  const kicks = calls.filter((call) => sends.test(call));
  t.true(kicks.length > 0);
  for (const kick of kicks)
    t.regex(kick, new RegExp(`sendto\\(${socket}, NULL, 0, MSG_DONTWAIT, NULL, 0`));
}

const messages = 6_000;

/** Of who sends datagrams of 64 bytes, in bursts: what strace counts, less what a start takes. */
async function callsAMessage(options: StartOptions): Promise<number> {
  let calls = 0;
  await withBench(async (bench) => {
    const path = join(bench.folder, 'counts');
    const before = ['strace', '-f', '-qq', '-c', '-o', path];
    const count = async (sent: number): Promise<number> => {
      const words = [echoPath, 'udp-burst', '192.0.2.2', '7000', String(sent)];
      const sending = bench.start('left', words, { ...options, before });
      await sending.line('sent');
      await sending.ended();
      return totalIn(readFileSync(path, 'utf8'));
    };
    const sink = bench.start('right', [echoPath, 'udp-echo', '7000']);
    await sink.line('listening');
    const atRest = await count(1);
    calls = ((await count(messages)) - atRest) / messages;
  });
  return calls;
}

/** `100.00    0.012345           1     12345       678 total`: how many calls there were. */
function totalIn(table: string): number {
  const line = table.split('\n').find((one) => one.trimEnd().endsWith('total'));
  return Number(line!.trim().split(/\s+/)[3]);
}

async function makeCertificate(bench: Applications): Promise<[string, string]> {
  const [key, certificate] = [join(bench.folder, 'key.pem'), join(bench.folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=left', '-addext', `subjectAltName=IP:${left}`];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509'];
  const files = ['-keyout', key, '-out', certificate];
  await bench.exec('left', 'openssl', 'req', ...made, ...subject, ...files);
  return [key, certificate];
}

const wrongOnes =
  '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 || tcp.analysis.lost_segment';

async function countIn(bench: Applications, path: string, filter: string): Promise<number> {
  const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const said = await bench.exec('right', 'tshark', '-r', path, ...checks, '-Y', filter);
  return said.split('\n').filter((line) => line !== '').length;
}

function pidsOf(application: Application): unknown[] {
  return [...new Set(textsOf(recordsOf(application, 'onload.written'), 'pid'))];
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
