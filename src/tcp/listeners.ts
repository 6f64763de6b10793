/** Who takes connections, by port; an address of its own comes before any address. */
import { familyOf, type Ip } from '../base/address.ts';
import type { ListenOptions } from './events.ts';
import type { Listener, TcpMachine } from './machine-state.ts';
import { defaultSettings } from './settings.ts';

/** Linux's net.core.somaxconn is 4096; half-open ones cost state, cookies cost none. */
const defaultBacklog = 256;

/** A listener at this port takes what comes for any port that has none of its own. */
export const anyPort = 0;

export function listen(machine: TcpMachine, options: ListenOptions): Listener | 'in-use' {
  const { address, family, port, backlog = defaultBacklog } = options;
  const isTaken = machine.listeners.some(
    (one) => one?.port === port && one.address === address && one.family === family,
  );
  if (isTaken) return 'in-use';
  const listener: Listener = {
    id: machine.listeners.length,
    address,
    family,
    port,
    settings: { ...defaultSettings, ...options.settings },
    backlog,
    halfOpen: 0,
    cookiesUntilNs: 0,
  };
  machine.listeners.push(listener);
  return listener;
}

/** Connections that it brought live on; those half open are left to their timers. */
export function stopListening(machine: TcpMachine, listener: Listener): void {
  machine.listeners[listener.id] = undefined;
}

export function findListener(machine: TcpMachine, address: Ip, port: number): Listener | undefined {
  let any: Listener | undefined;
  for (const listener of machine.listeners) {
    if (listener?.port !== port && listener?.port !== anyPort) continue;
    if (listener.family !== undefined && listener.family !== familyOf(address)) continue;
    if (listener.address === address) return listener;
    if (listener.address !== undefined) continue;
    if (any === undefined || listener.port === port) any = listener;
  }
  return any;
}
