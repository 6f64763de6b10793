/** What `ropewalk links` does: two processes with the rights that each needs, and what is there to be seen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatEndpoint, formatIp } from '../base/address.ts';
import { UnsupportedError } from '../base/errors.ts';
import { closeDescriptor, openSocketPair } from '../linux/descriptor.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import { openDiagSocket } from '../linux/socket-diag.ts';
import { listApplications } from '../uplinks/kernel/applications.ts';
import {
  askManager,
  type DoorAnswer,
  type Question,
  type SocketReport,
} from '../uplinks/kernel/door.ts';
import { collectLeftovers, type Leftover } from '../uplinks/kernel/leftovers.ts';
import { readLinkBytes, roundTripUs } from '../uplinks/kernel/link-figures.ts';
import { listLiveLinks } from '../uplinks/kernel/link-names.ts';
import { namespaceOf } from '../uplinks/kernel/process-table.ts';
import { isOn } from '../uplinks/manager.ts';
import { readRules } from '../uplinks/read-rules.ts';
import { formatSocket } from '../uplinks/socket-identity.ts';

/** Of whom it looks at: processes of all users. */
const managerRights = ['sys_ptrace', 'dac_read_search'];
/** And what it changes: sockets, routes, programs in the kernel. */
const stackRights = [...managerRights, 'net_admin', 'net_raw'];

/** CAP_BPF and CAP_PERFMON; where root may not have those, as on some engines of containers, CAP_SYS_ADMIN holds them. */
function kernelProgramRights(): readonly string[] {
  const [, bound = '0'] =
    /^CapBnd:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const hasBpf = (BigInt(`0x${bound}`) >> 39n) & 1n;
  return hasBpf ? ['bpf', 'perfmon'] : ['sys_admin'];
}

export interface ManageWish {
  readonly rulesFile: string;
  readonly asksAlways: boolean;
}

/** Until one of the two ends, or we are told to. Its exit code. */
export async function manageLinks(wish: ManageWish, signal: AbortSignal): Promise<number> {
  if (existsSync(wish.rulesFile)) readRules(wish.rulesFile, readFileSync(wish.rulesFile, 'utf8'));
  refuseWithoutRights();
  const [ours, theirs] = openSocketPair('stream');
  const stack = start('links-stack', [...stackRights, ...kernelProgramRights()], [], ours);
  const order = JSON.stringify({ ...wish, stackPid: stack.pid });
  const manager = start('links-manager', managerRights, [order], theirs);
  for (const fd of [ours, theirs]) closeDescriptor(fd);
  const stop = () => void manager.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const ends = [once(stack, 'exit'), once(manager, 'exit')] as const;
  const [code] = (await ends[1]) as [number | null];
  await ends[0];
  return code ?? 1;
}

/** The file runs as it is here, and stripped of its types in a package. */
function start(name: string, rights: readonly string[], words: readonly string[], fd: number) {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = fileURLToPath(new URL(`${name}.${ending}`, import.meta.url));
  const bounds = `--bounding-set=-all,${rights.map((right) => `+${right}`).join(',')}`;
  const argv = [bounds, '--inh-caps=-all', process.execPath, file, ...words];
  return spawn('setpriv', argv, { stdio: ['pipe', 'inherit', 'inherit', fd] });
}

function refuseWithoutRights(): void {
  if (process.getuid!() !== 0) {
    throw new UnsupportedError({
      code: 'links-need-rights',
      message:
        'sockets of other processes are moved with CAP_NET_ADMIN and CAP_SYS_PTRACE, which you lack',
      hint: 'sudo env "PATH=$PATH" npx ropewalk links manage; list and apps work without',
    });
  }
  const path = (process.env['PATH'] ?? '').split(':');
  if (path.some((folder) => existsSync(`${folder}/setpriv`))) return;
  throw new UnsupportedError({
    code: 'links-need-rights',
    message: 'setpriv, which takes from the manager the rights that it does not need, is not here',
    hint: 'sudo apt-get install util-linux',
  });
}

export interface LinkReport {
  readonly link: string;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  /** The smallest that its TCP connections have measured. */
  readonly rttMs: number | null;
  /** While it was looked at. */
  readonly sentBps: number;
  readonly receivedBps: number;
}

const lookMs = 250;

export async function listLinksHere(): Promise<LinkReport[]> {
  using route = new RouteSocket();
  using diag = openDiagSocket();
  const before = readLinkBytes();
  const began = performance.now();
  await sleep(lookMs);
  const now = readLinkBytes();
  const seconds = (performance.now() - began) / 1_000;
  return listLiveLinks(route).map((live) => {
    const { name, ipv4, ipv6, gateways } = live;
    const rttUs = roundTripUs(diag, live);
    const rateOf = (way: 'sent' | 'received') =>
      Math.round((((now.get(name)?.[way] ?? 0) - (before.get(name)?.[way] ?? 0)) * 8) / seconds);
    return {
      link: name,
      addresses: [ipv4, ipv6].filter((one) => one !== undefined).map(formatIp),
      gateways: gateways.map(formatIp),
      rttMs: rttUs === undefined ? null : rttUs / 1_000,
      ...{ sentBps: rateOf('sent'), receivedBps: rateOf('received') },
    };
  });
}

/** With what became of changes, where a manager runs; else what anybody can see. */
export async function listAppsHere(): Promise<readonly SocketReport[]> {
  try {
    const answer = await askManager({ ask: 'apps' });
    return answer.answer === 'apps' ? answer.sockets : [];
  } catch (error) {
    if (error instanceof UnsupportedError) return seeApps();
    throw error;
  }
}

function seeApps(): SocketReport[] {
  using route = new RouteSocket();
  using diag = openDiagSocket();
  const links = listLiveLinks(route);
  const found = listApplications(diag, namespaceOf('self')!, new Set([process.pid]));
  return found.flatMap(({ name, sockets }) =>
    sockets.map(({ socket, holder }) => ({
      ...{ application: name, process: holder.process, socket: formatSocket(socket.identity) },
      ...{ standing: socket.standing, local: formatEndpoint(socket.local) },
      ...{ remote: formatEndpoint(socket.remote), sentBytes: socket.sentBytes ?? null },
      receivedBytes: socket.receivedBytes ?? null,
      link: links.find((link) => isOn(socket, link))?.name ?? null,
      ...{ result: null, mechanism: null, meetsClaim: null },
    })),
  );
}

export function askLinks(question: Question): Promise<DoorAnswer> {
  return askManager(question);
}

export function collectLinks(): readonly Leftover[] {
  return collectLeftovers();
}
