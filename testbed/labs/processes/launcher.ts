/**
 * The words that start a program in a mount namespace of its own, as `ip netns exec` does: `/sys` shows
 * the devices of its network namespace, and `/etc/hosts` is the node's. All are arguments: no word of
 * the program, and no path, is ever read by the shell as a script.
 */

import type { SystemUser } from '../caller.ts';

export interface LaunchOptions {
  readonly argv: readonly string[];
  readonly hostsPath: string;
  /** Undefined: as who starts it. */
  readonly user: SystemUser | undefined;
}

const script = `set -e
umount -l /sys 2>/dev/null || :
mount -t sysfs sysfs /sys
mount --bind "$1" /etc/hosts
shift
exec "$@"`;

/** The program takes the launcher's place, so that it keeps its pid. It dies with who started it. */
export function launcherOf({ argv, hostsPath, user }: LaunchOptions): readonly string[] {
  const rights =
    user === undefined
      ? []
      : ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups'];
  return [
    ...['unshare', '--mount', '--', 'sh', '-c', script, 'launcher', hostsPath],
    ...['setpriv', ...rights, '--pdeathsig', 'KILL', '--', ...argv],
  ];
}
