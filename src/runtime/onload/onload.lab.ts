/** System 7, sentence by sentence, with each user-level transport and an unmodified application. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setOffloads } from '../../linux/link-offload.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import {
  type Application,
  type Applications,
  echoPath,
  recordsOf,
  type StartOptions,
} from './testing-applications.ts';
import {
  contentOf,
  digest,
  left,
  only,
  providers,
  server,
  startServer,
  textsOf,
  withBench,
} from './testing-bench.ts';

for (const provider of providers) {
  test(`7.0 ${provider}: the trace says requested, selected, written, kicked`, (t) =>
    withBench(async (bench) => {
      const application = await startServer(bench, {
        onload: { ...only(provider), tracesFrames: true },
      });
      await bench.exec('right', 'curl', '-s', server);
      const kinds = textsOf(recordsOf(application), 'kind');
      t.deepEqual(
        // TCP says what it does as well: a segment that was late is sent once more.
        [...new Set(kinds)].filter((kind) => String(kind).startsWith('onload.')),
        [
          ...['onload.ready', 'onload.requested', 'onload.selected'],
          ...['onload.written', 'onload.kicked'],
        ],
      );
      t.like(recordsOf(application, 'onload.requested')[0], { protocol: 'tcp', port: 8_080 });
      t.like(recordsOf(application, 'onload.selected')[0], { provider, level: 0 });
    }));

  test(`7.0 ${provider}: each kick follows the frames that it tells of, and no frame is without one`, (t) =>
    withBench(async (bench) => {
      const kernel = bench.start('left', [echoPath, 'tcp-echo', '7000']);
      await kernel.line('listening');
      const onload = { ...only(provider), tracesFrames: true };
      const asking = bench.start('right', [echoPath, 'tcp-ask', left, '7000', '50'], { onload });
      // It ends by itself: its trace is whole.
      t.is(await asking.ended(), 0);
      const records = recordsOf(asking);
      const frames = records.filter(({ kind }) => isOfFrames(kind));
      t.true(frames.length > 100);
      t.true(frames.every((record) => record['interface'] === 'cable'));
      t.deepEqual(strayKicks(frames), []);
      const last = frames.findLastIndex(({ kind }) => kind === 'onload.kicked');
      t.not(strayKicks(frames.toSpliced(last, 1)).length, 0, 'control: one kick less is seen');
      t.not(strayKicks(frames.toSpliced(1, 1)).length, 0, 'control: and so is one in the middle');
    }));

  test(`7.2 ${provider}: packets are made in the application's process, and the kernel counts none of them`, (t) =>
    withBench(async (bench) => {
      const { application, counted } = await countStream(bench, {
        onload: { ...only(provider), tracesFrames: true },
      });
      t.deepEqual(counted, { in: 0, out: 0 });
      // Each word before `node` becomes the next one: it is the process that was started.
      t.deepEqual(pidsOf(application), [application.child.pid]);
      const datagrams = await countDatagrams(bench, { onload: only(provider) });
      t.deepEqual(datagrams.counted, { in: 0, out: 0 });
      t.like(recordsOf(datagrams.application, 'onload.selected')[0], { provider });
    }));

  test(`7.4 ${provider}: curl gets and sends bytes that are the same, over IPv4 and IPv6`, (t) =>
    withBench(async (bench) => {
      await startServer(bench, { onload: only(provider) });
      const sent = randomBytes(3_000_000);
      for (const host of [left, '[2001:db8:1::1]']) {
        const got = await postAndGet(bench, `http://${host}:8080/echo`, sent);
        t.is(digest(got), digest(sent));
      }
      const fetched = await bench.exec('right', 'curl', '-s', `${server}/bytes/5000000`);
      t.is(digest(Buffer.from(fetched, 'latin1')), digest(contentOf(5_000_000)));
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

  test(`7.4 ${provider}, control: an answer that is as long and has other bytes is seen`, (t) =>
    withBench(async (bench) => {
      const kernel = bench.start('left', [echoPath, 'tcp-garble', '7000']);
      await kernel.line('listening');
      const words = [echoPath, 'tcp-ask', left, '7000', '200'];
      const asking = bench.start('right', words, { onload: only(provider) });
      t.like(JSON.parse(await asking.line('wrong')), { wrong: 1 });
      t.is(await asking.ended(), 1);
    }));

  test(`7.4 ${provider}: tshark finds right checksums on the wire, and nothing malformed`, (t) =>
    withBench(async (bench, cable) => {
      for (const side of ['left', 'right'] as const)
        runInNamespace(cable[side], () => setOffloads('cable', false));
      await startServer(bench, { onload: only(provider) });
      const path = join(bench.folder, 'wire.pcap');
      const capture = bench.startTool('right', 'dumpcap', '-f', 'tcp', ...held, '-w', path);
      await capture.line('File: ');
      await bench.exec('right', 'curl', '-s', `${server}/bytes/1000000`);
      await untilCaptured(bench, path, 'tcp.srcport == 8080 && tcp.flags.fin == 1');
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

  test(`7.6 ${provider} and what is left: two applications at once are apart, and one outlives the other`, (t) =>
    withBench(async (bench) => {
      const onload = { hierarchies: { tcp: [provider, 'packet-ring'], udp: [] } } as const;
      const first = await startServer(bench, { onload: { ...onload, tracesFrames: true } });
      const env = { PORT: '8081' };
      const second = await startServer(bench, { onload: { ...onload, tracesFrames: true }, env });
      const urls = [server, `http://${left}:8081`];
      const sent = urls.map(() => randomBytes(200_000));
      const got = await Promise.all(
        urls.map((url, place) => postAndGet(bench, `${url}/echo`, sent[place]!)),
      );
      t.deepEqual(got.map(digest), sent.map(digest), 'each its own');
      t.deepEqual(pidsOf(first), [first.child.pid]);
      t.deepEqual(pidsOf(second), [second.child.pid]);
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

function isOfFrames(kind: unknown): boolean {
  return kind === 'onload.written' || kind === 'onload.kicked';
}

/** Kicks that tell of more or fewer frames than were written since the one before; at last, what is left. */
function strayKicks(frames: readonly Readonly<Record<string, unknown>>[]): string[] {
  const strays: string[] = [];
  let written = 0;
  for (const { kind, frames: told, tNs } of frames) {
    if (kind === 'onload.written') written += 1;
    else {
      if (told !== written) strays.push(`at ${tNs}: ${told} told, ${written} written`);
      written = 0;
    }
  }
  return written === 0 ? strays : [...strays, `${written} written and never told`];
}

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

async function postAndGet(bench: Applications, url: string, sent: Uint8Array): Promise<Buffer> {
  const path = join(bench.folder, `sent-${digest(sent).slice(0, 8)}`);
  writeFileSync(path, sent);
  const got = await bench.exec('right', 'curl', '-s', '--data-binary', `@${path}`, url);
  return Buffer.from(got, 'latin1');
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

/** All of it, though the capture has no turn meanwhile. */
const held = ['-i', 'cable', '-B', '32'];

/** What is taken is written by and by; what is not yet taken when the capture ends is lost. */
async function untilCaptured(bench: Applications, path: string, last: string): Promise<void> {
  const found = () => countIn(bench, path, last).catch(() => 0);
  while ((await found()) === 0);
}

async function countIn(bench: Applications, path: string, filter: string): Promise<number> {
  const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const said = await bench.exec('right', 'tshark', '-r', path, ...checks, '-Y', filter);
  return said.split('\n').filter((line) => line !== '').length;
}

function pidsOf(application: Application): unknown[] {
  return [...new Set(textsOf(recordsOf(application, 'onload.written'), 'pid'))];
}
