/** What of the service leaves this machine: the kernel answers by itself, and must not say what nobody else knows. */
import { execFileSync } from 'node:child_process';
import { servicePort } from './kernel-service.ts';

const begun = 'table inet gate\ndelete table inet gate\n';
const chain = 'type filter hook output priority 0;';

function load(rules: string): void {
  execFileSync('/usr/sbin/nft', ['-f', '-'], { input: `${begun}${rules}` });
}

/** Nothing: neither what it says nor a reset by a kernel that does not know of the connection. */
export function shutGate(): void {
  load(`table inet gate { chain out { ${chain} tcp sport ${servicePort} drop; }; }`);
}

/** No acknowledgement beyond what is backed up, no reset and no end. Numbers that wrap are not compared. */
export function openGateTo(backedUpTo: number): void {
  const service = `tcp sport ${servicePort}`;
  const rules = `${service} tcp flags & (rst | fin) != 0 drop; ${service} tcp ackseq > ${backedUpTo} drop;`;
  load(`table inet gate { chain out { ${chain} ${rules} }; }`);
}

export function removeGate(): void {
  load('');
}
