/** The far end of terminals' tunnels: it runs until it is stopped. */
import type { StartProgram } from '../host/program.ts';
import { TunnelProxy } from '../tunnel/proxy.ts';
import { readProxySettings } from './tunnel-settings.ts';

export const startProxy: StartProgram = (host, given) => {
  const proxy = new TunnelProxy(host, readProxySettings(given));
  return { stop: () => proxy.stop() };
};
