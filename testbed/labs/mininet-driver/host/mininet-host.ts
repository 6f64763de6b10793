/**
 * A machine that Mininet runs on and ssh reaches, without a second machine: a User-Mode Linux in a
 * network namespace made for it. Its address is of that namespace, and so meets nobody else's.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { formatIp } from '../../../../src/base/address.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../../../src/base/prefix.ts';
import { quoteCommand } from '../../../../src/base/shell-words.ts';
import { changeLink, listLinks } from '../../../../src/linux/link.ts';
import { addAddress } from '../../../../src/linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { pinNamespace, pinPath } from '../../ledger/namespace-pins.ts';
import { type KernelEntry, takeAway } from '../../ledger/take-away.ts';
import { ledgerOfProcesses } from '../../processes/process-ledger.ts';
import { makeGuestDevice } from './guest-device.ts';
import { UmlGuest } from './uml-guest.ts';

/** TEST-NET-3 of RFC 5737, which nobody has. */
const ours = parsePrefix('203.0.113.1/24')!;
const guests = parsePrefix('203.0.113.2/24')!;
const device = 'tap0';

/** What its kernel needs for links, switches, NAT boxes, and our hub. */
const modules = [
  ...['tun', 'veth', 'bridge', 'openvswitch'],
  ...['sch_netem', 'sch_htb', 'sch_tbf', 'sch_fq_codel'],
];

export interface MininetHostOptions {
  readonly ledger: Ledger;
  readonly memoryMiB?: number;
}

export class MininetHost implements AsyncDisposable {
  /** For `ssh -F`, with a host called `mininet` in it. */
  readonly configPath: string;
  readonly guest: UmlGuest;
  readonly #ledger: Ledger;
  readonly #entry: KernelEntry;

  private constructor(ledger: Ledger, entry: KernelEntry, guest: UmlGuest, configPath: string) {
    this.#ledger = ledger;
    this.#entry = entry;
    this.guest = guest;
    this.configPath = configPath;
  }

  /** Resolves when it takes logins. */
  static async raise({ ledger, memoryMiB = 1_536 }: MininetHostOptions): Promise<MininetHost> {
    const { runId, folder } = ledger;
    const name = `rw-${runId}-host`;
    const entry = { kind: 'namespace', name } as const;
    ledger.note(entry);
    try {
      using namespace = NetworkNamespace.create();
      pinNamespace(namespace, name);
      makeKeys(folder);
      runInNamespace(namespace, () => {
        makeGuestDevice(device);
        configureDevice(ours);
      });
      const guest = await UmlGuest.boot({
        ...{ memoryMiB, runId, modules },
        devices: [device],
        folder: join(folder, 'guest'),
        namespacePath: pinPath(name),
        body: hostBody(),
        readyLine: /^Server listening on 0\.0\.0\.0/,
        ledger: ledgerOfProcesses(ledger),
      });
      return new MininetHost(ledger, entry, guest, writeConfig(folder, name));
    } catch (error) {
      takeAway([entry]);
      ledger.strike(entry);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
    takeAway([this.#entry]);
    this.#ledger.strike(this.#entry);
  }
}

/** One pair by which it is known, and one that it lets in. */
function makeKeys(folder: string): void {
  for (const name of ['host-key', 'login-key']) {
    const words = ['-q', '-t', 'ed25519', '-N', '', '-C', 'ropewalk', '-f', join(folder, name)];
    execFileSync('ssh-keygen', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** Its folder is in that of the run; sshd wants keys of its own. */
function hostBody(): string {
  const options = [
    ...['UsePAM=no', 'StrictModes=no', 'PidFile=none', 'MaxStartups=100', 'MaxSessions=100'],
    ...['AuthorizedKeysFile=/run/login-key.pub', 'Subsystem=sftp internal-sftp'],
  ];
  return `hostname mininet
install -m 600 ../host-key /run/host-key
install -m 644 ../login-key.pub /run/login-key.pub
mkdir -p /run/sshd /run/netns /run/openvswitch /var/lib/openvswitch /var/log/openvswitch
chmod 666 /dev/net/tun
ip addr add ${formatPrefix(guests)} dev vec0
ip link set vec0 up
exec /usr/sbin/sshd -D -e -f /dev/null -h /run/host-key ${options.map((one) => `-o ${quoteCommand([one])}`).join(' ')}
`;
}

function configureDevice(address: Prefix): void {
  using socket = new RouteSocket();
  socket.apply([changeLink('lo', { up: true })]);
  const { index } = listLinks(socket).find(({ name }) => name === device)!;
  socket.apply([addAddress(index, address)]);
}

function writeConfig(folder: string, namespace: string): string {
  const address = formatIp(guests.address);
  const hostKey = readFileSync(join(folder, 'host-key.pub'), 'utf8').trim();
  writeFileSync(join(folder, 'known_hosts'), `${address} ${hostKey}\n`);
  const connect = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './connect.ts' : './connect.js', import.meta.url),
  );
  const proxy = quoteCommand([process.execPath, '--no-warnings', connect, pinPath(namespace)]);
  const path = join(folder, 'ssh_config');
  const lines = [
    'Host mininet',
    `  HostName ${address}`,
    '  User root',
    `  IdentityFile ${join(folder, 'login-key')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    '  StrictHostKeyChecking yes',
    `  ProxyCommand ${proxy} %h %p`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
