/** System 1.7: what moves each kind of socket of a kernel, on the kernel that runs; and what never may be done. */
import { existsSync, fstatSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import process from 'node:process';
import {
  type Endpoint,
  type Family,
  formatEndpoint,
  formatIp,
  type Ip,
} from '../../base/address.ts';
import { bindSocket, bindToInterface, getLongOption, socketOption } from '../../linux/socket.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { type Change, nobody } from '../change-message.ts';
import { type MechanismId, mechanismRow } from '../mechanisms.ts';
import type { Outcome } from '../outcome-message.ts';
import { unmapIp } from '../socket-identity.ts';
import { handleChange } from '../stack-side.ts';
import { KernelGround } from './kernel-ground.ts';
import { TestSocket, type TestSocketOptions } from './testing-socket.ts';
import { addressOn, type LinkName, lte, TestTerminal, wifi } from './testing-terminal.ts';

const families = [4, 6] as const;
const noRecords = { record: () => undefined };

function changeOf(socket: TestSocket, options: TestSocketOptions, address: Ip): Change {
  const { protocol, family } = options;
  const { ino: inode } = fstatSync(socket.fd);
  const cookie = getLongOption(socket.fd, socketOption.cookie);
  const identity = { family, protocol, inode, cookie } as const;
  return { kind: 'change', order: 1, action: 'move', socket: identity, holder: nobody, address };
}

interface Seen {
  readonly outcome: Outcome;
  readonly before: Endpoint;
  readonly after: Endpoint;
  readonly wireBefore: Endpoint | undefined;
  readonly wireAfter: Endpoint | undefined;
  /** By which link the packets of the last exchange left and came. */
  readonly out: LinkName | undefined;
  readonly back: LinkName | undefined;
}

async function moveOne(options: TestSocketOptions): Promise<Seen> {
  await using terminal = new TestTerminal();
  await terminal.startFar();
  using ground = terminal.within(() => new KernelGround());
  using socket = new TestSocket(terminal, options);
  const wireBefore = socket.ask();
  const before = socket.local;
  const change = changeOf(socket, options, addressOn(lte, options.family));
  const outcome = terminal.within(() => handleChange(ground, change, noRecords));
  // Neighbours and acknowledgements of before are none of the exchange's packets.
  socket.ask();
  const counted = terminal.counters();
  let wireAfter: Endpoint | undefined;
  for (let count = 0; count < exchanges; count++) wireAfter = socket.ask();
  const now = terminal.counters();
  const most = (way: 'sent' | 'received') =>
    (['wifi', 'lte'] as const).find((link) => now[link][way] - counted[link][way] >= exchanges);
  return {
    ...{ outcome, before, after: socket.local, wireBefore, wireAfter },
    ...{ out: most('sent'), back: most('received') },
  };
}

const exchanges = 20;

interface Kind {
  readonly id: MechanismId;
  readonly options: (family: Family) => TestSocketOptions;
}

const kinds: readonly Kind[] = [
  { id: 'udp-connected-free-port', options: (family) => ({ protocol: 'udp', family }) },
  {
    id: 'udp-connected-own-port',
    options: (family) => ({
      ...{ protocol: 'udp', family },
      bound: { address: addressOn(wifi, family), port: 5_353 },
    }),
  },
  {
    id: 'udp-unconnected-free-port',
    options: (family) => ({ protocol: 'udp', family, unconnected: true }),
  },
  {
    id: 'udp-unconnected-own-port',
    options: (family) => ({
      ...{ protocol: 'udp', family, unconnected: true },
      bound: { address: (family === 4 ? 0 : '\0'.repeat(8)) as Ip, port: 5_354 },
    }),
  },
  {
    id: 'udp-unconnected-own-address',
    options: (family) => ({
      ...{ protocol: 'udp', family, unconnected: true },
      bound: { address: addressOn(wifi, family), port: 5_355 },
    }),
  },
  { id: 'tcp-established', options: (family) => ({ protocol: 'tcp', family }) },
  { id: 'mptcp-connected', options: (family) => ({ protocol: 'mptcp', family }) },
];

const rows: string[] = [];

for (const { id, options } of kinds) {
  for (const family of families) {
    const isMptcp = id === 'mptcp-connected';
    if (isMptcp && !existsSync('/proc/sys/net/mptcp')) continue;
    const { effect, socket, does } = mechanismRow(id);
    test(`system 1.7: IPv${family}, ${socket}: ${effect}`, async (t) => {
      t.timeout(120_000);
      const seen = await moveOne(options(family));
      const { outcome, after, wireBefore, wireAfter } = seen;
      t.is(outcome.mechanism, id, JSON.stringify(outcome));
      t.is(outcome.result, effect === 'moved' ? 'moved' : 'path-only');
      t.is(wireBefore?.address, addressOn(wifi, family), 'it began on the default route');
      t.truthy(wireAfter, 'it lives on');
      if (effect === 'moved') {
        const chosen = addressOn(lte, family);
        if (!isMptcp) t.is(unmapIp(after.address), chosen, 'getsockname() agrees');
        t.is(seen.out, 'lte');
        t.is(seen.back, 'lte');
        if (!isMptcp) t.is(wireAfter!.address, chosen);
        if (!isMptcp) t.is(after.port, seen.before.port, 'the port is kept');
      } else {
        t.is(seen.out, 'lte', 'its path out moved');
        t.is(unmapIp(after.address), unmapIp(seen.before.address), 'its address did not');
      }
      rows.push(rowOf(family, socket, does, seen));
    });
  }
}

function rowOf(family: Family, socket: string, does: string, seen: Seen): string {
  const shown = (endpoint: Endpoint | undefined) =>
    endpoint ? formatIp(endpoint.address) : 'none';
  const meets = seen.outcome.result === 'moved' ? 'yes' : 'path only';
  const getsockname = `${shown(seen.before)} → ${shown(seen.after)}`;
  const wire = `${shown(seen.wireBefore)} → ${shown(seen.wireAfter)}`;
  return `| ${family} | ${socket} | ${does} | ${getsockname} | ${wire} | ${seen.out ?? '?'} | ${seen.back ?? '?'} | ${meets} |`;
}

for (const family of families) {
  test(`IPv${family}: a connected UDP socket that is bound to the device alone is broken`, async (t) => {
    t.timeout(120_000);
    await using terminal = new TestTerminal();
    await terminal.startFar();
    using socket = new TestSocket(terminal, { protocol: 'udp', family });
    t.truthy(socket.ask());
    bindToInterface(socket.fd, 'lte');
    t.is(socket.ask(1_000), undefined, 'no answer comes any more');
    t.is(socket.local.address, addressOn(wifi, family), 'it says the old address still');
  });

  test(`IPv${family}: a TCP connection can't be bound anew`, async (t) => {
    t.timeout(120_000);
    await using terminal = new TestTerminal();
    await terminal.startFar();
    using socket = new TestSocket(terminal, { protocol: 'tcp', family });
    t.truthy(socket.ask());
    const einval = 22;
    t.is(bindSocket(socket.fd, { address: addressOn(lte, family), port: 0 }), einval);
    t.truthy(socket.ask(), formatEndpoint(socket.local));
  });
}

test('the table of kinds is what is committed', async (t) => {
  t.true(rows.length >= (existsSync('/proc/sys/net/mptcp') ? 14 : 12), `${rows.length} rows`);
  if (process.env['ROPEWALK_WRITE_TABLE'] === undefined) return;
  const text = [
    '# What moves a living socket, on the kernel that runs',
    '',
    `Linux ${release()}. Each row was done on a socket that had spoken by wifi, towards lte: what its own`,
    'getsockname() says before and after, what the far application sees (of MPTCP the address that was first,',
    'for good), and by which link packets leave and come back.',
    'Again: `ROPEWALK_WRITE_TABLE=1 ava src/uplinks/kernel/kernel-ground.lab.ts`.',
    '',
    '| IP | socket | what is done | getsockname() | seen from afar | out by | back by | meets the claim |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.toSorted(),
    '',
  ];
  writeFileSync('reports/proof/socket-kinds.md', text.join('\n'));
});
