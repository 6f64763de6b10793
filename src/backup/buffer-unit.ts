/**
 * The buffer unit between the active's IP layer and its link: a packet is put, copied to the standby, and
 * taken once the standby has it. What leaves, leaves once and in order.
 */

export interface BufferUnit {
  readonly held: { readonly token: number; readonly packet: Uint8Array }[];
}

export function createBufferUnit(): BufferUnit {
  return { held: [] };
}

export function putPacket({ held }: BufferUnit, token: number, packet: Uint8Array): void {
  held.push({ token, packet });
}

/** The standby has what was sent to it with this token: undefined, where that was no packet. */
export function takePacket({ held }: BufferUnit, token: number): Uint8Array | undefined {
  return held[0]?.token === token ? held.shift()!.packet : undefined;
}

/** Nobody will say any more that he has them. */
export function takeAll({ held }: BufferUnit): Uint8Array[] {
  return held.splice(0).map(({ packet }) => packet);
}
