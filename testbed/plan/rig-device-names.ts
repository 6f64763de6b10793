/** What the kernel calls a node's interfaces: IFNAMSIZ leaves 15 characters. */

const longestDeviceName = 15;
/** `lo` is there already; `all` and `default` are folders beside the devices' in /proc/sys/net. */
const taken: readonly string[] = ['lo', 'all', 'default'];

/** By interface, in one namespace: the name itself where it fits, otherwise its beginning and a number. */
export function deviceNamesOf(interfaces: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set([...taken, ...interfaces.filter(fits)]);
  return new Map(interfaces.map((name) => [name, fits(name) ? name : shorten(name, used)]));
}

function fits(name: string): boolean {
  return name.length <= longestDeviceName && !taken.includes(name);
}

function shorten(name: string, used: Set<string>): string {
  for (let number = 1; ; number++) {
    const end = `~${number}`;
    const short = name.slice(0, longestDeviceName - end.length) + end;
    if (used.has(short)) continue;
    used.add(short);
    return short;
  }
}
