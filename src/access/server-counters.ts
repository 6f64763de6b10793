/** Which RADIUS server let somebody in: hostapd does not say it, and counts the accepts of each. */

/** By address, as the MIB of hostapd prints it (RFC 4668: radiusAuthClientAccessAccepts). */
export function acceptsOf(mib: string): ReadonlyMap<string, number> {
  const accepts = new Map<string, number>();
  let address = '';
  for (const line of mib.split('\n')) {
    const [key, value] = line.split('=');
    if (key === 'radiusAuthServerAddress') address = value ?? '';
    if (key === 'radiusAuthClientAccessAccepts') accepts.set(address, Number(value));
  }
  return accepts;
}

/** The one that has accepted more than before; undefined: none has. */
export function whoAccepted(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string | undefined {
  for (const [address, count] of after) {
    if (count > (before.get(address) ?? 0)) return address;
  }
  return undefined;
}
