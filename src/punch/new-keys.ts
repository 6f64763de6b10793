/** A session that is in use gets new keys now and then; its paths, its order and its counters stay. */

import { nsPerSecond } from '../base/time.ts';
import { initiate } from '../crypto/noise-ik.ts';
import { punchType } from '../wire/punch.ts';
import { drawBytes, drawNumber } from './chance.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { frameHandshake, makePayload, prologue } from './first-words.ts';
import { repeatInitiation } from './handshake.ts';
import { makeOffer } from './offer.ts';
import { createSession } from './session.ts';

/** As long as WireGuard keeps them. */
const keyLifeNs = 120 * nsPerSecond;

/** A session that is in use gets new keys: paths, order and counters stay as they are. */
export function renewKeysIfDue(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { session } = peer;
  if (session?.role !== 'initiator' || !session.isConfirmed || peer.initiation !== undefined)
    return;
  if (nowNs - session.bornNs < keyLifeNs) return;
  const initiation = initiate({
    static: device.options.keys,
    ephemeralSecret: drawBytes(device, 32),
    remoteKey: peer.options.publicKey,
    prologue,
    payload: makePayload(makeOffer(device), nowNs, session.id, undefined),
  });
  if (initiation === undefined) return;
  peer.next = createSession(
    drawNumber(device),
    'initiator',
    initiation.earlyKey,
    undefined,
    nowNs,
    device.options.aead,
  );
  const bytes = frameHandshake(punchType.initiation, peer.next.id, initiation.message);
  peer.initiation = { initiation, bytes, tries: 0, nextNs: nowNs };
  repeatInitiation(device, peer, nowNs, sink);
}
