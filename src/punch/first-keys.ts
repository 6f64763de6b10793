/**
 * What a first handshake needs of Curve25519, agreed on before there is a packet that would wait for it:
 * an ephemeral key for each peer, and what the static keys of both come to.
 */
import { nsPerSecond } from '../base/time.ts';
import { type PreparedInitiation, prepareInitiation } from '../crypto/noise-ik.ts';
import { agree } from '../crypto/x25519.ts';
import { drawBytes } from './chance.ts';
import type { Device, Peer } from './device-state.ts';
import { prologue } from './first-words.ts';

/** Whoever steals a key that waits can read the session that it is for: none waits longer. */
const readiedLifeNs = 120 * nsPerSecond;
/** Who has more peers than that agrees with the others when their packets come. */
const mostReadied = 64;

/** For peers that nothing was said to yet; keys that are old make way for new ones. */
export function readyKeys(device: Device, nowNs: number): void {
  let ready = 0;
  for (const peer of device.peers) {
    if (ready === mostReadied) return;
    if (peer.session !== undefined) continue;
    ready += 1;
    if (isYoung(peer, nowNs)) continue;
    const prepared = prepare(device, peer);
    peer.readied = prepared && { prepared, madeNs: nowNs };
    staticSecretOf(device, peer);
  }
}

function isYoung({ readied }: Peer, nowNs: number): boolean {
  return readied !== undefined && nowNs - readied.madeNs < readiedLifeNs;
}

/** Forgets what it gives: an ephemeral key is used once. */
export function takeReadied(
  device: Device,
  peer: Peer,
  nowNs: number,
): PreparedInitiation | undefined {
  const prepared = isYoung(peer, nowNs) ? peer.readied!.prepared : prepare(device, peer);
  peer.readied = undefined;
  return prepared;
}

function prepare(device: Device, peer: Peer): PreparedInitiation | undefined {
  return prepareInitiation({
    static: device.options.keys,
    ephemeralSecret: drawBytes(device, 32),
    remoteKey: peer.options.publicKey,
    prologue,
  });
}

/** What our static key and the peer's agree on; undefined: its key is none. */
export function staticSecretOf({ options }: Device, peer: Peer): Uint8Array | undefined {
  peer.staticSecret ??= agree(options.keys, peer.options.publicKey);
  return peer.staticSecret;
}
