/** Nodes are hosts of a Mininet: its script makes them and the cables, and holds them until it is let go. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FaultError } from '../../../../src/base/errors.ts';
import { changeLink } from '../../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import type { Rig } from '../../../plan/rig.ts';
import type { RigDevice } from '../../../plan/rig-devices.ts';
import type { Ground, GroundParts, RaiseNodes } from '../../ground/ground.ts';
import { sitesOfNamespaces } from '../../ground/sites-of-namespaces.ts';
import { SysctlWriter } from '../../ground/sysctl-writer.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { pinNamespace } from '../../ledger/namespace-pins.ts';
import { findTool, toolPath } from '../../processes/find-tool.ts';
import { NodeProcess } from '../../processes/node-process.ts';
import { describeExit } from '../../processes/process-exit.ts';
import { ledgerOfProcesses } from '../../processes/process-ledger.ts';
import { mininetScript } from '../mininet-script.ts';
import type { SentFile } from './messages.ts';

const patienceMs = 60_000;
const scriptFile = 'network.py';

export function scenarioFolderIn(runFolder: string): string {
  return join(runFolder, 'scenario');
}

/** `files`: what programs of the run find in the scenario's folder. */
export function mininetGround(parts: GroundParts, files: readonly SentFile[]): Ground {
  const { rig, ledger } = parts;
  const script = new ScriptRun(rig, ledger);
  const raise: RaiseNodes = async (nodes, into) => {
    writeFiles(scenarioFolderIn(ledger.folder), files);
    const pids = await script.hostPids;
    using writer = new SysctlWriter();
    for (const { node, namespace: name, sysctls, devices } of nodes) {
      const namespace = NetworkNamespace.open(`/proc/${pids[name]}/ns/net`);
      into.set(node, namespace);
      pinNamespace(namespace, name);
      runInNamespace(namespace, () => {
        writer.write(sysctls);
        setCards(devices);
      });
    }
  };
  return {
    ...sitesOfNamespaces(ledger),
    ...{ raise, laysCables: true },
    [Symbol.asyncDispose]: () => script.end(),
  };
}

/** Of cables, whose ends Mininet has made with any address. In the namespace of this thread. */
function setCards(devices: readonly RigDevice[]): void {
  using socket = new RouteSocket();
  socket.apply(
    devices
      .filter(({ kind }) => kind === 'veth')
      .map(({ device, mac, mtuBytes }) => changeLink(device, { mac, mtuBytes })),
  );
}

class ScriptRun {
  /** By the names of the hosts. */
  readonly hostPids: Promise<Readonly<Record<string, number>>>;
  readonly #process: NodeProcess;

  constructor(rig: Rig, ledger: Ledger) {
    const path = join(ledger.folder, scriptFile);
    writeFileSync(path, mininetScript(rig));
    const { promise: first, resolve } = Promise.withResolvers<string>();
    this.#process = new NodeProcess(
      {
        argv: [pythonOfMininet(), '-B', path],
        env: { PATH: toolPath(), HOME: '/root', ROPEWALK_RUN: ledger.runId },
        namespacePath: undefined,
        channels: 1,
        onLine: (line, stream) => void (stream === 'stdout' && resolve(line)),
      },
      ledgerOfProcesses(ledger),
    );
    this.hostPids = this.#read(first);
    this.hostPids.catch(() => {});
  }

  /** Mininet ends its hosts; what is left of them then, the ledger names. */
  async end(): Promise<void> {
    this.#process.channels[0]!.end();
    const timer = setTimeout(() => this.#process.signal('SIGKILL'), patienceMs);
    await this.#process.exited;
    clearTimeout(timer);
  }

  async #read(first: Promise<string>): Promise<Readonly<Record<string, number>>> {
    const ended = this.#process.exited.then((exit) => {
      throw failed(describeExit(exit, this.#process.lastLines));
    });
    const line = await Promise.race([first, ended]);
    if (!line.startsWith('{')) throw failed(line);
    return JSON.parse(line);
  }
}

/** Mininet is there for the Python that its command begins with. */
function pythonOfMininet(): string {
  const [first = ''] = readFileSync(findTool('mn')!, 'utf8').split('\n');
  const [word, other] = first.replace(/^#!\s*/, '').split(' ');
  return (word?.endsWith('/env') ? findTool(other!) : word) ?? 'python3';
}

function writeFiles(folder: string, files: readonly SentFile[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const { path, bytes, isExecutable } of files) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
    writeFileSync(to, bytes, { mode: isExecutable ? 0o755 : 0o644 });
  }
}

function failed(why: string): FaultError {
  return new FaultError({ code: 'mininet-failed', message: `Mininet made no network: ${why}` });
}
