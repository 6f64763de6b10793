/** The RADIUS server of a real lab: FreeRADIUS, told the accounts of the topology. What it does is recorded. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatIp, isLinkLocal } from '../../base/address.ts';
import type { RunningProgram } from '../../host/program.ts';
import {
  type RadiusServerSettings,
  readRadiusServerSettings,
} from '../../programs/access-settings.ts';
import { isLink } from '../../programs/first-link.ts';
import type { RealHost } from '../../runtime/real-host.ts';
import { LineSplitter } from '../../trace/line-splitter.ts';
import { makeCertificates } from '../certificates.ts';
import { type RadiusPlan, writeRadiusConfiguration } from '../free-radius.ts';
import { readTelling } from '../server-telling.ts';
import { startTool } from '../tool.ts';
import { GrowingFile } from './growing-file.ts';
import { ownFolder } from './own-folder.ts';
import type { PrepareProgram } from './prepared-program.ts';

const readyWords = 'Ready to process requests';

export const prepareRadiusServer: PrepareProgram = async (host, given) => {
  const settings = readRadiusServerSettings(given);
  const folder = ownFolder(host.node, 'radius');
  makeCertificates(join(folder, 'certificates'), ['server']);
  return () => new FreeRadius(host, folder, settings);
};

class FreeRadius implements RunningProgram {
  readonly #host: RealHost;
  readonly #child: ChildProcess;
  readonly #telling: GrowingFile;
  #isStopping = false;

  constructor(host: RealHost, folder: string, settings: RadiusServerSettings) {
    this.#host = host;
    const telling = join(folder, 'telling');
    rmSync(telling, { force: true });
    writeRadiusConfiguration(folder, { ...planOf(host, folder, settings), telling });
    this.#telling = new GrowingFile(host.clock, telling, (line) => this.#tell(line));
    this.#child = startTool(['freeradius', '-f', '-l', 'stdout', '-d', folder, '-D', folder]);
    let last = '';
    const lines = new LineSplitter((line) => {
      last = line;
      if (line.includes(readyWords)) host.lifecycle.ready();
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    this.#child.stderr!.resume();
    this.#child.once('exit', () => {
      if (!this.#isStopping) host.lifecycle.fail(`FreeRADIUS ended: ${last}`);
    });
  }

  stop(): void {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    this.#telling.close();
  }

  #tell(line: string): void {
    const telling = readTelling(line);
    if (telling === undefined) return;
    const { records } = this.#host;
    if (telling.kind === 'accounted') {
      const { status, account, group, seconds } = telling;
      records.record('radius.accounted', { status, account, group, seconds });
      return;
    }
    const { account, answer, group } = telling;
    records.record('radius.answered', { account, answer, ...(group !== '' && { group }) });
  }
}

function planOf(
  { interfaces }: RealHost,
  folder: string,
  { secret, accounts }: RadiusServerSettings,
): RadiusPlan {
  const addresses = interfaces
    .list()
    .filter(isLink)
    .flatMap((one) => one.addresses);
  return {
    addresses: addresses
      .map(({ address }) => address)
      .filter((one) => !isLinkLocal(one))
      .map(formatIp),
    clients: ['0.0.0.0/0', '::/0'],
    secret,
    accounts: [...accounts].map(([name, { password, groups }]) => {
      return { name, password, groups: groups.map(formatIp) };
    }),
    certificates: join(folder, 'certificates'),
  };
}
