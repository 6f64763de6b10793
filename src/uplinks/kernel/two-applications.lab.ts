/** Systems 1.2, 1.4 and 1.5 with processes: who is found where, and who is left alone. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { formatEndpoint } from '../../base/address.ts';
import { openDiagSocket } from '../../linux/socket-diag.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { type Change, nobody } from '../change-message.ts';
import type { HeldSocket, SeenApplication } from '../manager-state.ts';
import type { Outcome } from '../outcome-message.ts';
import { handleChange } from '../stack-side.ts';
import { listApplications } from './applications.ts';
import { KernelGround } from './kernel-ground.ts';
import { namespaceOf } from './process-table.ts';
import { lte, TestTerminal, wifi } from './testing-terminal.ts';

/** Asks the far machine each time it is told to, and says what that saw, and what its own socket says. */
const application = `
const { createSocket } = require('node:dgram');
const socket = createSocket('udp4');
socket.connect(7, '9.9.9.9', () => console.log('ready'));
socket.on('message', (text) => {
  const { address, port } = socket.address();
  console.log(text.toString() + ' ' + address + ' ' + port);
});
process.stdin.on('data', () => socket.send('who am I'));
`;

class Asker {
  readonly child: ChildProcess;

  constructor(terminal: TestTerminal, behind: readonly string[] = []) {
    this.child = terminal.spawn('near', [...behind, process.execPath, '-e', application]);
  }

  async line(): Promise<string> {
    const signal = AbortSignal.timeout(60_000);
    const [text] = (await once(this.child.stdout!, 'data', { signal })) as [Buffer];
    return text.toString().trim();
  }

  ask(): Promise<string> {
    const answer = this.line();
    this.child.stdin!.write('go\n');
    return answer;
  }
}

function applicationsOf(terminal: TestTerminal, asker: Asker): SeenApplication[] {
  using diag = terminal.within(() => openDiagSocket());
  return listApplications(diag, namespaceOf(asker.child.pid!)!);
}

function socketOf(applications: readonly SeenApplication[], pid: number): HeldSocket {
  return applications
    .flatMap(({ sockets }) => sockets)
    .find(({ holder }) => holder.process === pid)!;
}

interface Scene {
  readonly terminal: TestTerminal;
  readonly ground: KernelGround;
  readonly one: Asker;
  readonly other: Asker;
  change(target: HeldSocket, changes?: Partial<Change>): Outcome;
}

async function withScene(action: (scene: Scene) => Promise<void>): Promise<void> {
  await using terminal = new TestTerminal();
  await terminal.startFar();
  using ground = terminal.within(() => new KernelGround());
  const [one, other] = [new Asker(terminal), new Asker(terminal)];
  await Promise.all([one.line(), other.line()]);
  await action({
    ...{ terminal, ground, one, other },
    change: ({ socket, holder }, changes = {}) => {
      const common = { kind: 'change', order: 1, action: 'move', holder } as const;
      const change = { ...common, socket: socket.identity, address: lte.ipv4, ...changes };
      return terminal.within(() => handleChange(ground, change, { record: () => undefined }));
    },
  });
}

test('systems 1.3, 1.4 and 1.5: one application moves, the other is as it was, and both speak at the same time', async (t) => {
  t.timeout(120_000);
  await withScene(async ({ terminal, one, other, change }) => {
    const before = await Promise.all([one.ask(), other.ask()]);
    for (const said of before) t.regex(said, /^10\.1\.0\.1 (\d+) 10\.1\.0\.1 \1$/, 'control');
    const seen = applicationsOf(terminal, one);
    const bystander = socketOf(seen, other.child.pid!);
    const outcome = change(socketOf(seen, one.child.pid!));
    t.like(outcome, { result: 'moved', place: 'traversed', visited: 1 });
    t.is(formatEndpoint(outcome.before), `10.1.0.1:${before[0]!.split(' ')[1]}`);
    t.deepEqual(socketOf(applicationsOf(terminal, one), other.child.pid!), bystander);
    for (let round = 0; round < 20; round++) {
      const counted = terminal.counters();
      const [moved, stayed] = await Promise.all([one.ask(), other.ask()]);
      t.regex(moved, /^10\.2\.0\.1 (\d+) 10\.2\.0\.1 \1$/);
      t.is(stayed, before[1], 'its address and port are what they were');
      const now = terminal.counters();
      for (const link of ['wifi', 'lte'] as const) {
        t.true(now[link].sent > counted[link].sent && now[link].received > counted[link].received);
      }
    }
  });
});

test('system 1.2: a socket that nobody told of is found by going through all processes', async (t) => {
  t.timeout(120_000);
  await withScene(async ({ terminal, one, change }) => {
    const target = socketOf(applicationsOf(terminal, one), one.child.pid!);
    const outcome = change(target, { holder: nobody });
    t.like(outcome, { result: 'moved', place: 'traversed' });
    t.true(outcome.visited > 1);
    const holder = { ...target.holder, descriptor: target.holder.descriptor + 1_000 };
    const astray = change(target, { holder, address: wifi.ipv4 });
    t.like(astray, { result: 'moved', visited: 1 }, 'its descriptor is another by now');
  });
});

test('system 1.2: an unknown socket, a stranger under its inode, and a foreign address change nothing', async (t) => {
  t.timeout(120_000);
  await withScene(async ({ terminal, one, change }) => {
    const before = await one.ask();
    const target = socketOf(applicationsOf(terminal, one), one.child.pid!);
    const { identity } = target.socket;
    t.is(change(target, { socket: { ...identity, inode: 1 } }).result, 'unknown-socket');
    const stranger = { ...identity, cookie: identity.cookie + 1 };
    t.is(change(target, { socket: stranger }).result, 'unknown-socket', 'its inode was used again');
    const foreign = change(target, { address: (lte.ipv4 + 7) as typeof lte.ipv4 });
    t.is(foreign.result, 'foreign-address');
    t.is(await one.ask(), before);
  });
});

test('a link is forgotten with its rules, and all of them with the stack side', async (t) => {
  t.timeout(120_000);
  await withScene(async ({ terminal, ground, one, change }) => {
    const rules = () =>
      terminal.within(
        () => spawnSync('ip', ['rule'], { encoding: 'utf8' }).stdout.split('\n').length,
      );
    const before = rules();
    change(socketOf(applicationsOf(terminal, one), one.child.pid!));
    t.is(rules(), before + 2);
    ground.forgetLink(terminal.within(() => ground.ensureLink(lte.ipv4)!).index);
    t.is(rules(), before);
  });
});

test('an application in a process namespace of its own, as containers have, is found and moves', async (t) => {
  t.timeout(120_000);
  await using terminal = new TestTerminal();
  await terminal.startFar();
  using ground = terminal.within(() => new KernelGround());
  const inside = new Asker(terminal, ['unshare', '--pid', '--fork', '--kill-child']);
  await inside.line();
  const [seen] = applicationsOf(terminal, inside).flatMap(({ sockets }) => sockets);
  t.not(seen!.holder.process, inside.child.pid, 'its parent made the namespace');
  const { identity } = seen!.socket;
  const common = { kind: 'change', order: 1, action: 'move' } as const;
  const change = { ...common, socket: identity, holder: seen!.holder, address: lte.ipv4 };
  const { result } = terminal.within(() =>
    handleChange(ground, change, { record: () => undefined }),
  );
  t.is(result, 'moved');
  t.regex(await inside.ask(), /^10\.2\.0\.1 /);
});
