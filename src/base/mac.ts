/** An Ethernet address as a 48-bit number: `===` compares it and a Map takes it as a key. */
export type Mac = number & { readonly brand: 'mac' };

export const broadcastMac = 0xffff_ffff_ffff as Mac;

/** The lowest bit of the first byte: broadcast or multicast (IEEE 802-2014 8.2). */
export function isGroupMac(mac: Mac): boolean {
  return (Math.floor(mac / 0x100_0000_0000) & 1) === 1;
}

export function formatMac(mac: Mac): string {
  const digits = mac.toString(16).padStart(12, '0');
  return digits.replaceAll(/..(?!$)/g, '$&:');
}

export function parseMac(text: string): Mac | undefined {
  if (!/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(text)) return undefined;
  return Number.parseInt(text.replaceAll(':', ''), 16) as Mac;
}
