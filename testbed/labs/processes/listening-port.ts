/** Whether anything in a process's network namespace listens on a port: /proc tells, and nobody is called. */
import { readFileSync } from 'node:fs';
import type { Protocol } from '../../schema/model.ts';

/** As the kernel numbers them (include/net/tcp_states.h): a bound UDP socket stands as closed. */
const listening = { tcp: '0A', udp: '07' } as const satisfies Readonly<Record<Protocol, string>>;

export function isListening(pid: number, port: number, protocol: Protocol): boolean {
  return ['', '6'].some((family) =>
    listensIn(readTable(`/proc/${pid}/net/${protocol}${family}`), port, listening[protocol]),
  );
}

/** A table of /proc/net/tcp: number, local address and port in hex, far ones, state. */
export function listensIn(table: string, port: number, state: string): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').some((line) => {
    const [, local, , stands] = line.trim().split(/\s+/);
    return stands === state && local?.endsWith(suffix) === true;
  });
}

/** Empty where the process is gone, or the machine has no IPv6. */
function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
