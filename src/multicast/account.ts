/** The account behind a port and a MAC. */
import type { Mac } from '../base/mac.ts';
import type { Port, Session } from './state.ts';

export type NoAccount = 'not-authenticated' | 'another-mac';

/**
 * Port-based: the MAC that authenticated the port first, then whether it is the one that asks. MAC-based:
 * the account of this MAC at this port, at once.
 */
export function findAccount(port: Port, mac: Mac): Session | NoAccount {
  if (port.settings.mode === 'mac-based') return port.sessions.get(mac) ?? 'not-authenticated';
  const [holder] = port.sessions.values();
  if (holder === undefined) return 'not-authenticated';
  return holder.mac === mac ? holder : 'another-mac';
}
