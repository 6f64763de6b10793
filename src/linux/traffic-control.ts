/**
 * How frames leave by a link: queueing disciplines over netlink. struct tcmsg of linux/rtnetlink.h: family
 * 0, interface 4, handle 8, parent 12; structs and numbers of linux/pkt_sched.h.
 */

import { int32Bytes, write32, write64 } from './layout.ts';
import {
  attribute,
  buildMessage,
  concatenate,
  nestedAttribute,
  netlinkFlag,
  textAttribute,
} from './netlink.ts';
import type { RouteRequest } from './route-socket.ts';

const message = { added: 36, removed: 37 } as const;
const infoBytes = 20;
const field = { kind: 1, options: 2 } as const;
const rootParent = 0xffff_ffff;

export interface Qdisc {
  /** `1:1`: the only class of the discipline `1:`. */
  readonly parent: 'root' | `${number}:${number}`;
  readonly handle: `${number}:`;
  readonly discipline: Discipline;
}

export type Discipline = Netem | TokenBucket | PacketQueue;

export interface Netem {
  readonly kind: 'netem';
  readonly delayNs: number;
  readonly jitterNs: number;
  readonly loss: NetemLoss;
  readonly duplicateRatio: number;
  readonly corruptRatio: number;
  /** Jitter alone lets frames overtake; with a rate of its own, however high, netem does not. */
  readonly keepsOrder: boolean;
  readonly limitFrames: number;
}

export type NetemLoss =
  | { readonly model: 'none' }
  | { readonly model: 'independent'; readonly ratio: number }
  | {
      readonly model: 'gilbert-elliott';
      readonly goodToBadRatio: number;
      readonly badToGoodRatio: number;
      readonly lossInGoodRatio: number;
      readonly lossInBadRatio: number;
    };

export interface TokenBucket {
  readonly kind: 'tbf';
  /** Of Ethernet frames, their headers counted. */
  readonly rateBps: number;
  /** The largest frame fits in, or it never leaves. */
  readonly burstBytes: number;
  readonly limitBytes: number;
}

export interface PacketQueue {
  readonly kind: 'pfifo';
  readonly limitFrames: number;
}

/** In place of what stands there. */
export function setQdisc(linkIndex: number, { parent, handle, discipline }: Qdisc): RouteRequest {
  const info = infoOf(linkIndex, parent);
  write32(info, 8, Number(handle.slice(0, -1)) * 65_536);
  const kind = textAttribute(field.kind, discipline.kind);
  const options = attribute(field.options, optionsOf(discipline));
  const flags = netlinkFlag.create | netlinkFlag.replace;
  const what = `set qdisc ${handle} ${discipline.kind} of link ${linkIndex}`;
  return { what, message: buildMessage(message.added, flags, info, kind, options) };
}

/** With all that hangs on it. */
export function removeRootQdisc(linkIndex: number): RouteRequest {
  const what = `remove qdiscs of link ${linkIndex}`;
  return { what, message: buildMessage(message.removed, 0, infoOf(linkIndex, 'root')) };
}

function infoOf(linkIndex: number, parent: Qdisc['parent']): Uint8Array {
  const info = new Uint8Array(infoBytes);
  const [major, minor] = parent.split(':').map(Number);
  write32(info, 4, linkIndex);
  write32(info, 12, parent === 'root' ? rootParent : major! * 65_536 + minor!);
  return info;
}

function optionsOf(discipline: Discipline): Uint8Array {
  switch (discipline.kind) {
    case 'pfifo':
      return int32Bytes(discipline.limitFrames);
    case 'tbf':
      return tokenBucketOptions(discipline);
    case 'netem':
      return netemOptions(discipline);
  }
}

/** TCA_TBF_*. */
const bucketField = { parameters: 1, rate64: 4, burst: 6 } as const;
/** struct tc_tbf_qopt: two tc_ratespec of 12 bytes, limit 24, buffer 28; of tc_ratespec: layer 1, rate 8. */
const bucketBytes = 36;
const layerEthernet = 1;
const largest32 = 0xffff_ffff;

function tokenBucketOptions({ rateBps, burstBytes, limitBytes }: TokenBucket): Uint8Array {
  const bytesPerSecond = Math.floor(rateBps / 8);
  const parameters = new Uint8Array(bucketBytes);
  parameters[1] = layerEthernet;
  write32(parameters, 8, Math.min(bytesPerSecond, largest32));
  write32(parameters, 24, limitBytes);
  return concatenate([
    attribute(bucketField.parameters, parameters),
    attribute(bucketField.rate64, int64Bytes(bytesPerSecond)),
    attribute(bucketField.burst, int32Bytes(burstBytes)),
  ]);
}

/** TCA_NETEM_*; NETEM_LOSS_GE. */
const netemField = { corrupt: 4, loss: 5, rate: 6, rate64: 8, delay64: 10, jitter64: 11 } as const;
const gilbertElliott = 2;
/** struct tc_netem_qopt: latency 0, limit 4, loss 8, gap 12, duplicate 16, jitter 20. */
const netemBytes = 24;
/** 1 Tbit/s: a frame takes 12 ns of it. */
const orderKeepingBytesPerSecond = 125e9;

function netemOptions(netem: Netem): Uint8Array {
  const { delayNs, jitterNs, loss, duplicateRatio, corruptRatio, limitFrames } = netem;
  const parameters = new Uint8Array(netemBytes);
  write32(parameters, 4, limitFrames);
  write32(parameters, 8, loss.model === 'independent' ? chance(loss.ratio) : 0);
  write32(parameters, 16, chance(duplicateRatio));
  const parts = [
    parameters,
    attribute(netemField.delay64, int64Bytes(delayNs)),
    attribute(netemField.jitter64, int64Bytes(jitterNs)),
  ];
  if (corruptRatio > 0) parts.push(attribute(netemField.corrupt, numbers(chance(corruptRatio), 0)));
  if (loss.model === 'gilbert-elliott') {
    const { goodToBadRatio, badToGoodRatio, lossInGoodRatio, lossInBadRatio } = loss;
    // struct tc_netem_gemodel: p, r, h, k1, of which h is what arrives in the bad state.
    const ratios = [goodToBadRatio, badToGoodRatio, 1 - lossInBadRatio, lossInGoodRatio];
    const model = attribute(gilbertElliott, numbers(...ratios.map(chance)));
    parts.push(nestedAttribute(netemField.loss, model));
  }
  if (netem.keepsOrder) {
    parts.push(attribute(netemField.rate, numbers(largest32, 0, 0, 0)));
    parts.push(attribute(netemField.rate64, int64Bytes(orderKeepingBytesPerSecond)));
  }
  return concatenate(parts);
}

function chance(ratio: number): number {
  return Math.round(ratio * largest32);
}

function numbers(...values: readonly number[]): Uint8Array {
  return concatenate(values.map(int32Bytes));
}

function int64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  write64(bytes, 0, value);
  return bytes;
}
