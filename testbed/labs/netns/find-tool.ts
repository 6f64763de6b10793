/** Where a tool of the system is. Packages of npm have commands of the same names: `nft` is one of them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** Where tools of root stand, which are not on everybody's PATH. */
const rootFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

export function findTool(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const own = path.split(delimiter).filter((one) => one !== '' && !one.includes('node_modules'));
  return [...own, ...rootFolders].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
