/** Settings of namespaces, through a /proc that is fresh, since an old one has become slow. */
import { writeFileSync } from 'node:fs';
import { ProcMount } from '../../../src/linux/proc-mount.ts';
import type { RigSysctl } from '../../plan/rig-sysctls.ts';
import { isRootless } from '../rootless.ts';

/** After so many namespaces a fresh one pays. */
const mostNamespaces = 100;
const pingGroups = 'net/ipv4/ping_group_range';

export class SysctlWriter implements Disposable {
  #proc: ProcMount | undefined = ProcMount.open();
  #namespaces = 0;

  /** To the namespace that this thread is in. */
  write(sysctls: readonly RigSysctl[]): void {
    if (sysctls.length === 0) return;
    if (++this.#namespaces % mostNamespaces === 0) this.#renew();
    const folder = `${this.#proc?.path ?? '/proc'}/sys`;
    for (const { path, value } of sysctls) {
      writeFileSync(`${folder}/${path}`, path === pingGroups ? mappedGroups(value) : value);
    }
  }

  [Symbol.dispose](): void {
    this.#proc?.[Symbol.dispose]();
  }

  #renew(): void {
    this.#proc?.[Symbol.dispose]();
    this.#proc = ProcMount.open();
  }
}

/** Of a user namespace that has one group only, no others can be named. */
function mappedGroups(value: string): string {
  return isRootless() ? '0 0' : value;
}
