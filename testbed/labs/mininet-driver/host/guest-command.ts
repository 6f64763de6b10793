/** The command line of a User-Mode Linux: a Linux kernel that runs as a process, on the machine's own files. */
import { quoteWord } from '../../../../src/base/shell-words.ts';

export interface GuestDescription {
  readonly memoryMiB: number;
  /** TAP devices of the namespace that it runs in, which stand and are up: its `vec0`, `vec1`, … */
  readonly devices: readonly string[];
  /** For its sockets and for what it boots into; gone with who boots it. */
  readonly folder: string;
}

export const initFile = 'init';

export function guestArgv({ memoryMiB, devices, folder }: GuestDescription): string[] {
  return [
    ...['linux.uml', `mem=${memoryMiB}M`, `uml_dir=${folder}/`, 'umid=guest'],
    ...['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro'],
    ...[`init=${folder}/${initFile}`, 'con0=fd:0,fd:1', 'con=null'],
    ...devices.map((name, at) => `vec${at}:transport=tap,ifname=${name},depth=128,gro=1`),
  ];
}

export interface GuestInit {
  readonly folder: string;
  readonly modules: readonly string[];
  /** What it does once the kernel has its file systems; the last command must not end. */
  readonly body: string;
}

/**
 * What the guest runs as its first process. All files are the machine's, and can't be written; it has
 * new ones in memory where a Linux writes. It stays in its folder, which the new ones hide.
 */
export function guestInitText({ folder, modules, body }: GuestInit): string {
  return `#!/bin/sh
cd ${quoteWord(folder)}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
for place in /dev/shm /run /lib/modules /tmp /var/tmp /root /var/lib /var/log; do
  mount -t tmpfs tmpfs $place
done
mkdir /lib/modules/$(uname -r)
mount --bind /usr/lib/uml/modules/$(uname -r) /lib/modules/$(uname -r)
modprobe -a ${modules.join(' ')}
ip link set lo up
${body}`;
}
