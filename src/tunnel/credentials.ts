/**
 * Who may use a proxy: whoever knows its key. A terminal says hello with a nonce; the welcome proves that
 * the proxy knows the key, and names a session, whose own key covers each request. A request counts once.
 */
import { createHash, createHmac } from 'node:crypto';
import { isSameBytes } from '../punch/same-bytes.ts';
import { emitTunnel, type TunnelMessage, tunnelBytes, tunnelMacBytes } from '../wire/tunnel.ts';

type Of<K extends TunnelMessage['kind']> = Extract<TunnelMessage, { readonly kind: K }>;

const noMac = new Uint8Array(tunnelMacBytes);

/** For labs: whoever knows the text has the key. */
export function tunnelKeyOf(secretText: string): Uint8Array {
  return createHash('sha256').update('ropewalk tunnel\0').update(secretText).digest();
}

export function bytesOfMessage(message: TunnelMessage): Uint8Array {
  const bytes = new Uint8Array(tunnelBytes[message.kind]);
  emitTunnel(bytes, 0, message);
  return bytes;
}

export function sealWelcome(
  key: Uint8Array,
  hello: Of<'hello'>,
  welcome: Omit<Of<'welcome'>, 'mac' | 'kind'>,
): Uint8Array {
  const bytes = bytesOfMessage({ kind: 'welcome', ...welcome, mac: noMac });
  const macAt = bytes.length - tunnelMacBytes;
  bytes.set(macOf(key, bytesOfMessage(hello), bytes.subarray(0, macAt)), macAt);
  return bytes;
}

export function isWelcomeTrue(
  key: Uint8Array,
  hello: Of<'hello'>,
  welcome: Of<'welcome'>,
): boolean {
  const sealed = sealWelcome(key, hello, welcome);
  return isSameBytes(sealed.subarray(sealed.length - tunnelMacBytes), welcome.mac);
}

export function sessionKeyOf(
  key: Uint8Array,
  hello: Of<'hello'>,
  { session, nonce }: Omit<Of<'welcome'>, 'mac' | 'kind'>,
): Uint8Array {
  const welcome = bytesOfMessage({ kind: 'welcome', session, nonce, mac: noMac });
  return createHmac('sha256', key)
    .update('session\0')
    .update(bytesOfMessage(hello))
    .update(welcome)
    .digest();
}

export function sealRequest(
  sessionKey: Uint8Array,
  request: Omit<Of<'request'>, 'mac' | 'kind'>,
): Uint8Array {
  const bytes = bytesOfMessage({ kind: 'request', ...request, mac: noMac });
  const macAt = bytes.length - tunnelMacBytes;
  bytes.set(macOf(sessionKey, bytes.subarray(0, macAt)), macAt);
  return bytes;
}

export function isRequestTrue(sessionKey: Uint8Array, request: Of<'request'>): boolean {
  const sealed = sealRequest(sessionKey, request);
  return isSameBytes(sealed.subarray(sealed.length - tunnelMacBytes), request.mac);
}

function macOf(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest().subarray(0, tunnelMacBytes);
}
