import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { listLinks } from '../../src/linux/link.ts';
import { RouteSocket } from '../../src/linux/route-socket.ts';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { readPcapng } from '../../src/wire/pcapng.ts';
import { tracesOf } from '../labs/ground/testing-rig.ts';
import { startTimeOf } from '../labs/ledger/process-table.ts';
import { KeptTestLab } from './testing-kept.ts';
import { bin } from './testing-runs.ts';

function linksHere(): string[] {
  using socket = new RouteSocket();
  return listLinks(socket).map(({ name }) => name);
}

/** Undefined: it is no process, or none any more. */
function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

test('a lab stands until it is taken down, and nothing of it is left then', async (t) => {
  const links = linksHere();
  const lab = await KeptTestLab.raise(t);
  const { card } = await lab.report();
  t.true(tracesOf(card.runId).length > 0);
  const ping = await lab.exec('phone', 'ping', '-4', '-c1', '-w5', 'server.dsl');
  t.is(ping.exitCode, 0, ping.stdout + ping.stderr);
  const down = await lab.say('down', lab.name);
  t.like(down, { exitCode: 0, stdout: `${lab.name} is gone` });
  t.deepEqual(tracesOf(card.runId), []);
  t.is(startTimeOf(card.pid), undefined);
  t.deepEqual(linksHere(), links);
});

test('ps tells nodes, addresses, links as they are, and who runs where', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const { card, nodes, links } = await lab.report();
  t.like(card, { name: lab.name, file: 'home.yaml' });
  t.deepEqual(
    nodes.map(({ name, kind, place }) => [name, kind, place !== undefined]),
    [
      ['phone', 'terminal', true],
      ['home', 'nat', false],
      ['server', 'host', true],
    ],
  );
  const [phone] = nodes;
  t.deepEqual(
    phone!.interfaces.map(({ link, addresses }) => [link, addresses.length]),
    [
      ['wifi', 2],
      ['cable', 2],
    ],
  );
  t.deepEqual(
    links.map(({ name, between, toward }) => [name, between, toward[between[1]]!.delayNs]),
    [
      ['wifi', ['phone', 'home'], 5_000_000],
      ['dsl', ['home', 'server'], 10_000_000],
      ['cable', ['phone', 'server'], 0],
    ],
  );
  const table = await lab.say('ps', lab.name);
  t.regex(table.stdout, /^wifi +phone +50 Mbit\/s, 5 ms one way/m);
});

test('who runs on a node stands in its row, and goes with the lab', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const words = [
    'exec',
    '--name',
    lab.name,
    'server',
    '--',
    'sh',
    '-c',
    'echo on; exec sleep 86399',
  ];
  const guest = execa(process.execPath, [bin, ...words], {
    reject: false,
  });
  await once(guest.stdout!, 'data');
  const { nodes } = await lab.report();
  const server = nodes.find(({ name }) => name === 'server')!;
  t.deepEqual(
    server.processes.map(({ command }) => command),
    ['sleep 86399'],
  );
  await lab.say('down', lab.name);
  t.is((await guest).exitCode, 137);
});

test('a command on a node has its words, its input and its exit code', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const words = ['$HOME', '; exit 9', '--root', '', '*'];
  const printed = await lab.exec('phone', 'printf', '[%s]', ...words);
  t.is(printed.stdout, words.map((word) => `[${word}]`).join(''));
  t.is((await lab.exec('phone', 'sh', '-c', 'exit 7')).exitCode, 7);
  t.is((await lab.exec('phone', 'sh', '-c', 'kill -TERM $$')).exitCode, 143);
  t.is((await lab.exec('phone', 'no-such-command')).exitCode, 127);
  const copied = await lab.sayWith({ input: 'a line' }, 'exec', '--name', lab.name, 'phone', 'cat');
  t.is(copied.stdout, 'a line');
});

test('under sudo a command runs as who called it, may ping, and is root if asked to', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const caller = { env: { SUDO_UID: '65534', SUDO_GID: '65534' } };
  const exec = ['exec', '--name', lab.name];
  const whoami = ['phone', '--', 'id', '-u'];
  t.is((await lab.sayWith(caller, ...exec, ...whoami)).stdout, '65534');
  t.is((await lab.sayWith(caller, ...exec, '--root', ...whoami)).stdout, '0');
  t.is((await lab.exec('phone', 'id', '-u')).stdout, '0');
  const ping = await lab.sayWith(caller, ...exec, 'phone', '--', 'ping', '-c1', '-w5', 'server');
  t.is(ping.exitCode, 0, ping.stderr);
});

test("a shell says in its prompt where it is, resolves the node's names, and pings them", async (t) => {
  const lab = await KeptTestLab.raise(t);
  const words = [process.execPath, bin, 'shell', '--name', lab.name, 'phone'];
  const shell = await execa(
    'script',
    ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'],
    {
      input: 'getent hosts server.dsl; ping -c1 server || exit 9\nexit 5\n',
      env: { SHELL: '/bin/bash', HOME: lab.folder },
      reject: false,
      timeout: 30_000,
    },
  );
  t.is(shell.exitCode, 5, shell.stdout);
  t.regex(shell.stdout, /\(phone\) /);
  t.regex(shell.stdout, /^\S+\s+server server\.dsl/m);
  t.regex(shell.stdout, /^1 packets transmitted, 1 received/m);
});

test('a capture has the frames of the link that is named, at both of its ends', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const capture = await lab.captureDuring('wifi', () =>
    lab.exec('phone', 'ping', '-4', '-c1', '-w5', 'server.dsl'),
  );
  const blocks = readPcapng(capture);
  if (!Array.isArray(blocks)) return t.fail(String(blocks));
  const names = blocks.flatMap((block) => (block.kind === 'interface' ? [block.name] : []));
  t.deepEqual(names, ['phone:wifi', 'home:wifi']);
  // The question and its answer, and those for the addresses of both, each leaving and arriving.
  const packets = blocks.filter(({ kind }) => kind === 'packet');
  t.true(packets.length >= 4, `${packets.length} packets`);
});

test('frames of a link that passes the hub by are in the same file as those of the others', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const capture = await lab.captureDuring('phone', async () => {
    for (const to of ['server.cable', 'server.dsl']) {
      await lab.exec('phone', 'ping', '-4', '-c1', '-w5', to);
    }
  });
  const blocks = readPcapng(capture);
  if (!Array.isArray(blocks)) return t.fail(String(blocks));
  const names = blocks.flatMap((block) => (block.kind === 'interface' ? [block.name] : []));
  t.deepEqual(names, ['phone:wifi', 'home:wifi', 'phone:cable', 'server:cable']);
  const packets = blocks.flatMap((block) => (block.kind === 'packet' ? [block] : []));
  const requests = packets.filter(({ bytes }) => bytes[23] === 1 && bytes[34] === 8);
  const seen = requests.map(
    ({ interfaceIndex, direction }) => `${names[interfaceIndex]} ${direction}`,
  );
  t.deepEqual(seen.toSorted(), [
    'home:wifi inbound',
    'phone:cable outbound',
    'phone:wifi outbound',
    'server:cable inbound',
  ]);
  const [cable, wifi] = ['phone:cable', 'phone:wifi'].map(
    (name) => requests.find(({ interfaceIndex }) => names[interfaceIndex] === name)!.tNs,
  );
  t.true(cable! < wifi!, 'both count from the same moment');
});

test('a capture ends when it is interrupted, and another can follow; two at once cannot', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const words = ['capture', '--name', lab.name, 'phone'];
  const first = execa(process.execPath, [bin, ...words], {
    reject: false,
    encoding: 'buffer',
  });
  await once(first.stdout!, 'data');
  t.like(await lab.say(...words, '--for', '1s'), { exitCode: 2 });
  first.kill('SIGINT');
  const { exitCode, stdout } = await first;
  t.is(exitCode, 0);
  t.true(Array.isArray(readPcapng(stdout)));
  t.is((await lab.say(...words, '--for', '100ms', '--out', 'again.pcapng')).exitCode, 0);
});

test('under sudo the file of a capture belongs to who called it', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const caller = { env: { SUDO_UID: '65534', SUDO_GID: '65533' } };
  const words = ['capture', '--name', lab.name, 'dsl', '--for', '100ms', '--out', 'dsl.pcapng'];
  t.is((await lab.sayWith(caller, ...words)).exitCode, 0);
  const { uid, gid } = statSync(join(lab.folder, 'dsl.pcapng'));
  t.deepEqual([uid, gid], [65_534, 65_533]);
});

test('names that there are not are refused with the nearest that there is', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const { name } = lab;
  const cases: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [['exec', '--name', name, 'phnoe', 'true'], /unknown-node\]\n.*did you mean phone\?/],
    [['exec', '--name', name, 'home', 'true'], /node-in-hub\]\n.*phone, server/],
    [['exec', '--name', name, 'phone'], /missing required argument 'command'/],
    [['shell', '--name', name, 'sever'], /did you mean server\?/],
    [['capture', '--name', name, 'wfi', '--out', 'x'], /unknown-link\]\n.*did you mean wifi\?/],
    [['down', `${name}x`], /unknown-kept-lab\]\n/],
    [['up', 'home.yaml', '--name', name], /name-taken\]\n/],
    [['up', 'gone.yaml'], /unreadable-file\]/],
  ];
  for (const [words, message] of cases) {
    const { exitCode, stderr } = await lab.say(...words);
    t.is(exitCode, 2, words.join(' '));
    t.regex(stderr, message);
  }
});

test('what is wrong in a topology is told in its place, and nothing is raised', async (t) => {
  const lab = await KeptTestLab.raise(t);
  lab.write('broken.yaml', 'nodes:\n  phone: { kind: terminl }\n');
  const { exitCode, stderr } = await lab.say('up', 'broken.yaml', '--name', `${lab.name}-2`);
  t.is(exitCode, 2);
  t.regex(stderr, /^broken\.yaml:2:18: .*\n.*\n.*\^+\n.*did you mean "terminal"\?/m);
});

test('what fails while a lab is raised is told, and nothing is left', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const program = "{ on: server, run: [sh, -c, 'echo no licence; exit 3'], ready: { line: up } }";
  lab.write(
    'failing.yaml',
    `scenario: failing\ntopology: home.yaml\nprograms:\n  judge: ${program}\n`,
  );
  const { exitCode, stderr } = await lab.say('up', 'failing.yaml', '--name', `${lab.name}-2`);
  t.is(exitCode, 2, stderr);
  t.regex(stderr, /judge on server failed: .*exited with code 3.*no licence.*program-not-ready/s);
  t.is((await lab.say('down', `${lab.name}-2`)).exitCode, 2);
  const bare = ['up', 'failing.yaml', '--no-programs', '--name', `${lab.name}-2`];
  t.is((await lab.say(...bare)).exitCode, 0);
  t.is((await lab.say('down', `${lab.name}-2`)).exitCode, 0);
});

test('the services of a scenario run in its lab, and are listed', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const name = `${lab.name}-2`;
  t.teardown(() => lab.say('down', name));
  lab.write(
    'echo.yaml',
    'scenario: echo\ntopology: home.yaml\nprograms:\n  back: { on: server, run: echo, with: { port: 7 } }\n',
  );
  const up = await lab.say('up', 'echo.yaml', '--name', name);
  t.is(up.exitCode, 0, up.stderr);
  const [report] = JSON.parse((await lab.say('ps', name, '--json')).stdout);
  t.deepEqual(report.programs, [{ id: 'back', node: 'server', run: 'echo', state: 'ready' }]);
});

test('a link is changed as an event changes it, for a while, and frames are told at once', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const change = (...words: readonly string[]) => lab.say('change', '--name', lab.name, ...words);
  const pingFor = (seconds: number) =>
    lab.exec('phone', 'ping', '-4', '-c1', `-w${seconds}`, 'server.dsl');
  const wifi = async () => (await lab.report()).links.find(({ name }) => name === 'wifi')!.toward;
  const slower = await change('wifi', 'delay=30ms', 'loss=1%', '--toward', 'phone');
  t.is(slower.exitCode, 0, slower.stderr);
  t.regex(slower.stdout, /^wifi toward phone: 50 Mbit\/s, 30 ms one way, 1 % lost, queue [^\n]*$/);
  const { phone, home } = await wifi();
  t.deepEqual([phone!.delayNs, home!.delayNs], [30_000_000, 5_000_000]);
  await change('wifi', 'loss=0%');
  t.is((await change('wifi', 'down')).exitCode, 0);
  t.is((await pingFor(1)).exitCode, 1);
  t.is((await change('wifi', 'up')).exitCode, 0);
  t.is((await pingFor(20)).exitCode, 0);
  t.is((await change('wifi', 'delay=50ms', '--for', '100ms')).exitCode, 0);
  const before = Date.now();
  while ((await wifi())['home']!.delayNs !== 5_000_000) {
    if (Date.now() - before > 60_000) return t.fail('what stood before is not restored');
  }
  t.is((await change('home', 'reboot')).exitCode, 0);
  t.is((await change('phone', 'reboot')).exitCode, 2);
  t.is((await change('wifi', 'loss=5MB')).exitCode, 2);
});

test('a lab whose hub is killed says that it is broken, and its nodes still stand', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const { card } = await lab.report();
  const children = readdirSync('/proc').filter((pid) => parentOf(pid) === card.pid);
  const hub = children.find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/hub/'),
  );
  process.kill(Number(hub), 'SIGKILL');
  const before = Date.now();
  while ((await lab.report()).broken === undefined) {
    if (Date.now() - before > 60_000) return t.fail('nobody noticed');
  }
  t.regex((await lab.say('ps', lab.name)).stdout, /^broken: the hub ended with SIGKILL$/m);
  t.is((await lab.exec('phone', 'true')).exitCode, 0);
  const refused = await lab.say('change', '--name', lab.name, 'wifi', 'down');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /lab-broken\]\n.*ropewalk down/);
  t.is((await lab.say('down', lab.name)).exitCode, 0);
  t.deepEqual(tracesOf(card.runId), []);
});

test('a keeper that is asked to end takes its lab along', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const { card } = await lab.report();
  const asked = lab.sayWith({}, 'capture', '--name', lab.name, 'wifi', '--out', 'x.pcapng');
  process.kill(card.pid, 'SIGTERM');
  // Whoever is connected to it is cut off when it ends.
  await asked;
  await lab.say('down', lab.name);
  t.deepEqual(tracesOf(card.runId), []);
});

test('what a killed keeper leaves is named, and gc takes it away', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const { card } = await lab.report();
  process.kill(card.pid, 'SIGKILL');
  const down = await lab.say('down', lab.name);
  t.is(down.exitCode, 2);
  t.regex(down.stderr, /has lost its keeper.*keeper-gone\]\n.*ropewalk gc/);
  t.true(tracesOf(card.runId).length > 0);
  const gc = await lab.say('gc');
  t.is(gc.exitCode, 0, gc.stderr);
  t.deepEqual(tracesOf(card.runId), []);
});

test('a sample that fell short leaves its lab, until it is taken down', async (t) => {
  const lab = await KeptTestLab.raise(t);
  const name = `${lab.name}-short`;
  t.teardown(() => lab.say('down', name));
  lab.write(
    'short.yaml',
    `scenario: ${name}
topology: home.yaml
limit: 20 s
traffic: { ask: { run: request-response, from: phone, to: server, count: 2 } }
measure: { rtt: { what: rtt, of: ask } }
expect: { sooner: { that: rtt <= 1 us, at: every } }
`,
  );
  const words = ['run', 'short.yaml', '--lab', 'netns', '--keep'];
  t.regex((await lab.say(...words, '--repeat', '3')).stderr, /keep-one\]\n.*--sample 1 --keep$/);
  const run = execa(process.execPath, [bin, ...words, '--sample', '1'], {
    cwd: lab.folder,
    reject: false,
  });
  const standing = once(
    run.stderr!.filter((text) => String(text).includes(`stands as ${name} `)),
    'data',
  );
  const ended = run.then(
    ({ exitCode, stdout, stderr }) =>
      `it ended with ${exitCode} before it said so:\n${stdout}\n${stderr}`,
  );
  const early = await Promise.race([standing.then(() => undefined), ended]);
  if (early !== undefined) return t.fail(early);
  const seen = await lab.say('exec', '--name', name, 'phone', '--', 'ping', '-c1', '-w5', 'server');
  t.is(seen.exitCode, 0, seen.stderr);
  const [{ card }] = JSON.parse((await lab.say('ps', name, '--json')).stdout);
  t.is((await lab.say('down', name)).exitCode, 0);
  // Busy machines are late, and what they say is invalid.
  t.true([1, 4].includes((await run).exitCode!), 'its exit code is still that of the verdict');
  t.deepEqual(tracesOf(card.runId), []);
});
