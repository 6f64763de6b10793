/** Where a tool of the system is. Packages of npm have commands of the same names: `nft` is one of them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** Where tools of root stand, which are not on everybody's PATH. */
const rootFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

export function findTool(name: string, path = process.env['PATH']): string | undefined {
  return toolFolders(path)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** What a program of the system finds on its PATH. */
export function toolPath(path = process.env['PATH']): string {
  return toolFolders(path).join(delimiter);
}

function toolFolders(path = ''): string[] {
  const own = path.split(delimiter).filter((one) => one !== '' && !one.includes('node_modules'));
  return [...new Set([...own, ...rootFolders])];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
