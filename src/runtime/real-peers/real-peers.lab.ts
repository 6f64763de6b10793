/** Our TCP between programs that were not written for it: curl and nginx, openssl, iperf3. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { askExperts } from '../kernel-tcp/testing-expert.ts';
import { Between, serverAddress, untilSays } from './between.conformance.ts';

/** In `make prove` they run as long as the proof asks for. */
const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const mib = 1_048_576;
const families = [4, 6] as const;

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'ropewalk-peers-'));

  write(name: string, content: string | Uint8Array): string {
    const file = join(this.path, name);
    writeFileSync(file, content);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function urlHost(family: 4 | 6): string {
  return family === 4 ? serverAddress[4] : `[${serverAddress[6]}]`;
}

async function startNginx(between: Between, folder: Folder): Promise<void> {
  const file = folder.write(
    'nginx.conf',
    `daemon off; user root; worker_processes 1; pid ${folder.path}/pid; error_log stderr notice;
events { }
http { access_log off; 
  server { listen ${serverAddress[4]}:80; listen [${serverAddress[6]}]:80; root ${folder.path}; } }`,
  );
  const nginx = between.start('server', ['nginx', '-c', file, '-p', folder.path]);
  await untilSays(nginx, 'start worker process');
}

/** A machine that others keep busy answers late, and what was not lost is sent again: RFC 2883 says so. */
function isLateness(remark: string): boolean {
  return remark.includes('D-SACK Sequence');
}

function pleaseExperts(t: ExecutionContext, between: Between): void {
  const remarks = askExperts(between.seen);
  if (remarks === undefined) t.log('tshark is not here');
  else
    t.deepEqual(
      remarks.filter((remark) => !isLateness(remark)),
      [],
    );
}

for (const family of families) {
  test(`curl gets a file from nginx through our TCP, byte for byte (IPv${family})`, async (t) => {
    t.timeout(isProof ? 3_600_000 : 120_000);
    using folder = new Folder();
    await using between = new Between();
    const content = randomBytes((isProof ? 256 : 32) * mib);
    folder.write('file', content);
    await startNginx(between, folder);
    const argv = ['curl', '-sS', '--max-time', '240', `http://${urlHost(family)}/file`];
    const { code, stdout, stderr } = await between.run('client', argv);
    t.is(code, 0, stderr);
    t.is(digestOf(stdout), digestOf(content));
    pleaseExperts(t, between);
  });
}

test('a port that nobody has is refused to curl, as without us', async (t) => {
  await using between = new Between();
  const { code, stderr } = await between.run('client', [
    'curl',
    '-sS',
    `http://${serverAddress[4]}:81/`,
  ]);
  t.is(code, 7, 'CURLE_COULDNT_CONNECT');
  t.regex(stderr, /refused|Could not connect|Couldn't connect/i);
});

test('an address that nobody has is silent to curl, as without us', async (t) => {
  await using between = new Between();
  const argv = ['curl', '-sS', '--connect-timeout', '2', 'http://192.0.2.99/'];
  const { code } = await between.run('client', argv);
  t.is(code, 28, 'CURLE_OPERATION_TIMEDOUT');
});

for (const family of families) {
  test(`openssl speaks TLS both ways through our TCP (IPv${family})`, async (t) => {
    t.timeout(120_000);
    using folder = new Folder();
    await using between = new Between();
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const made = await between.run('server', [
      ...['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=peer'],
      ...['-days', '2', '-keyout', key, '-out', cert],
    ]);
    t.is(made.code, 0, made.stderr);
    const at = `${urlHost(family)}:4433`;
    const server = between.start('server', [
      ...['openssl', 's_server', '-accept', at, '-key', key, '-cert', cert, '-rev'],
    ]);
    await untilSays(server, 'ACCEPT');
    const lines = Array.from({ length: 5_000 }, (_, line) => `line ${line} ${'x'.repeat(50)}`);
    const client = between.start('client', ['openssl', 's_client', '-connect', at, '-quiet']);
    const wanted = lines.map((line) => [...line].reverse().join('')).join('\n');
    let heard = '';
    const isWhole = new Promise<void>((resolve) => {
      client.stdout!.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.length >= wanted.length) resolve();
      });
    });
    client.stdin!.write(`${lines.join('\n')}\n`);
    await isWhole;
    client.stdin!.end();
    t.is(heard.trimEnd(), wanted);
  });
}

for (const [name, words] of [
  ['from the client', []],
  ['to the client', ['-R']],
] as const) {
  test(`iperf3 runs ${name} through our TCP`, async (t) => {
    t.timeout(120_000);
    await using between = new Between();
    const server = between.start('server', ['iperf3', '-s', '--forceflush', '-1']);
    await untilSays(server, 'Server listening');
    const seconds = isProof ? 30 : 2;
    const { stdout, code } = await between.run('client', [
      ...['iperf3', '-c', serverAddress[4], '-t', String(seconds), '-J', ...words],
    ]);
    const told = JSON.parse(stdout.toString());
    t.is(code, 0, told.error);
    const { bits_per_second: rateBps, seconds: tookS } = told.end.sum_received;
    t.log(`${(rateBps / 1e6).toFixed(0)} Mbit/s for ${tookS.toFixed(1)} s`);
    t.true(tookS > seconds * 0.9 && rateBps > 1e6);
    pleaseExperts(t, between);
  });
}
