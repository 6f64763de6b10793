/** What User-Mode Linux 6.1 needs on a processor whose registers are larger than it knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { UnsupportedError } from '../../../../src/base/errors.ts';
import { findTool } from '../../processes/find-tool.ts';

const source = join(import.meta.dirname, 'whole-registers.c');
const library = 'whole-registers.so';

/** What is to be in its environment. The folder's path has no space and no colon. */
export async function registersPreload(
  folder: string,
  cpuText: string = readFileSync('/proc/cpuinfo', 'utf8'),
): Promise<Record<string, string>> {
  if (!hasTiles(cpuText)) return {};
  const path = join(folder, library);
  await execa(findCompiler(), ['-O2', '-shared', '-fPIC', '-o', path, source]);
  return { LD_PRELOAD: path };
}

export function hasTiles(cpuText: string): boolean {
  return /^flags\s*:.*\bamx_tile\b/m.test(cpuText);
}

export function findCompiler(find: (name: string) => string | undefined = findTool): string {
  const compiler = find('cc');
  if (compiler !== undefined) return compiler;
  throw new UnsupportedError({
    code: 'no-user-mode-linux',
    message:
      'User-Mode Linux 6.1 does not start on a processor with tile registers (amx_tile) without a library of ours, and no C compiler is there to make it',
    hint: 'sudo apt-get install --no-install-recommends gcc libc6-dev',
  });
}
