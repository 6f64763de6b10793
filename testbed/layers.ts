/** Who may import whom. A room may import itself, what is listed for it, and nothing else of ours. */

const base = ['src/base'];
const formats = [...base, 'src/trace', 'src/wire', 'src/crypto'];
const ip = [...formats, 'src/ip'];
const machines = [...ip, 'src/tcp', 'src/mptcp', 'src/punch', 'src/multicast'];
const hosted = [...machines, 'src/host', 'src/sockets'];
const services = [...hosted, 'src/tunnel', 'src/backup', 'src/upgrade'];
const kernel = ['src/linux', 'src/runtime'];
/** Of every application on its link, what needs no kernel: sockets of our own stack, and their manager. */
const ownLinks = ['own-manager', 'own-sockets'].map((name) => `src/uplinks/${name}.ts`);
const described = [...base, 'testbed/schema'];
const measured = [
  ...formats,
  'testbed/schema',
  'testbed/plan',
  'testbed/measure',
  'testbed/statistics',
  'testbed/judge',
];
/** A type of the host contract (what settings may hold) is all that a description needs of it. */
const settings = ['src/host/program.ts'];
/** The names and fields of what flows record: what programs write and measures read. */
const flowRecords = ['src/programs/records.ts'];
/** The same of flows that are watched. */
const watchRecords = ['testbed/watch/records.ts'];

/** RADIUS over the host contract: an access switch of real parts and the simulated one speak it alike. */
const radius = ['src/access/radius-sockets.ts'];

/** What labs share: none of these knows which lab it serves. */
const labParts = [
  ...[...hosted, ...kernel, 'testbed/schema', 'testbed/models', 'testbed/plan'],
  ...['lab', 'caller', 'cache-folder', 'rootless'].map((name) => `testbed/labs/${name}.ts`),
  ...['bundle', 'calibration', 'hub', 'ledger', 'network', 'processes', 'real-time'].map(
    (room) => `testbed/labs/${room}`,
  ),
];
const kernelLab = [...labParts, 'testbed/labs/ground'];

/** Rooms and, before them, single files that may do more or less than their room. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/trace': base,
  'src/wire': [...base, 'src/trace'],
  'src/crypto': [...base, 'src/trace'],
  'src/ip': formats,
  'src/tcp': ip,
  'src/mptcp': [...ip, 'src/tcp'],
  'src/punch': formats,
  'src/multicast': formats,
  'src/host': [...base, 'src/trace'],
  'src/sockets': [...machines, 'src/host'],
  'src/tunnel': hosted,
  'src/backup': hosted,
  'src/upgrade': hosted,
  'src/upgrade/kernel': [...hosted, 'src/upgrade', 'src/linux'],
  'src/upgrade/own': [...hosted, 'src/upgrade', ...kernel],
  'src/programs': [...services, ...radius, ...ownLinks],
  'src/linux': [...base, 'src/wire'],
  'src/runtime': [...hosted, 'src/linux'],
  'src/uplinks': hosted,
  'src/uplinks/kernel': [...hosted, ...kernel, 'src/uplinks'],
  'src/access': [...machines, 'src/host', ...kernel],
  'src/access/on-kernel': [...services, ...kernel, 'src/programs', 'src/access'],
  'src/cli': [...services, ...kernel, 'src/programs', 'src/uplinks', 'src/access'],
  'testbed/schema': [...base, ...settings],
  'testbed/models': [...ip, 'testbed/schema'],
  'testbed/plan': [...described, ...settings],
  'testbed/watch': [...formats, 'testbed/plan'],
  'testbed/labs': [...hosted, ...kernel, 'testbed/schema', 'testbed/models', 'testbed/plan'],
  'testbed/labs/network': [
    ...ip,
    'src/tcp',
    'src/mptcp',
    'src/host',
    'src/sockets',
    'testbed/schema',
    'testbed/models',
    'testbed/plan',
    'testbed/watch',
    'testbed/labs/lab.ts',
  ],
  'testbed/labs/ground': labParts,
  'testbed/labs/netns': kernelLab,
  'testbed/labs/docker': kernelLab,
  'testbed/labs/mininet-driver': [...kernelLab, 'testbed/labs/keep/packed-error.ts'],
  'testbed/labs/sim': [
    ...hosted,
    'src/programs',
    'testbed/schema',
    'testbed/models',
    'testbed/plan',
    'testbed/labs',
  ],
  'testbed/run': [...base, 'src/trace', 'testbed/schema', 'testbed/plan', 'testbed/labs'],
  'testbed/measure': [
    ...formats,
    ...flowRecords,
    ...watchRecords,
    'testbed/schema',
    'testbed/plan',
  ],
  'testbed/statistics': base,
  'testbed/judge': [...described, 'testbed/plan', 'testbed/statistics'],
  'testbed/baseline': [...described, 'testbed/statistics'],
  'testbed/ab': [...described, 'testbed/statistics'],
  'testbed/history': [...described, 'testbed/statistics'],
  'testbed/campaign': [
    ...measured,
    'testbed/run',
    'testbed/labs',
    'testbed/report',
    'testbed/baseline',
    'testbed/history',
  ],
  'testbed/report': [...measured, 'testbed/history'],
  'testbed/suite': [],
  'testbed/cli': [...services, 'src/cli', 'src/programs', 'testbed'],
};

export interface Violation {
  readonly importer: string;
  readonly imported: string;
}

/** The most specific room that a file stands in. */
export function roomOf(file: string): string | undefined {
  const rooms = Object.keys(mayImport).filter((room) => file.startsWith(`${room}/`));
  return rooms.toSorted((a, b) => b.length - a.length)[0];
}

/** Each import of `source` that goes up or sideways; both paths are from the root. */
export function findViolations(file: string, source: string): Violation[] {
  const room = roomOf(file);
  if (room === undefined) return [];
  const allowed = [room, ...mayImport[room]!];
  return importsOf(file, source)
    .filter((target) => !allowed.some((place) => isWithin(target, place)))
    .map((imported) => ({ importer: file, imported }));
}

function isWithin(target: string, place: string): boolean {
  return target === place || target.startsWith(`${place}/`);
}

function importsOf(file: string, source: string): string[] {
  return specifiersOf(source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) =>
      decodeURIComponent(new URL(specifier, `file:///${file}`).pathname.slice(1)),
    );
}

function specifiersOf(source: string): string[] {
  const imports = /(?:\bfrom|^import|\bimport\()\s*'([^'\n]+)'/gm;
  return [...source.matchAll(imports)].map((match) => match[1]!);
}

/** Packages and `node:` modules that a machine or a program may use; all others are I/O. */
export const pureModules: readonly string[] = ['node:crypto'];

/** Rooms whose code never touches the outside. */
export const roomsWithoutIo: readonly string[] = [
  'src/base',
  'src/trace',
  'src/wire',
  'src/crypto',
  'src/ip',
  'src/tcp',
  'src/mptcp',
  'src/punch',
  'src/multicast',
  'src/host',
  'src/programs',
  'testbed/models',
  'testbed/plan',
  'testbed/watch',
  'testbed/measure',
  'testbed/statistics',
  'testbed/judge',
];

export function findIo(file: string, source: string): Violation[] {
  if (!roomsWithoutIo.some((room) => file.startsWith(`${room}/`))) return [];
  return specifiersOf(source)
    .filter((specifier) => !specifier.startsWith('.') && !pureModules.includes(specifier))
    .map((imported) => ({ importer: file, imported }));
}

/** What would make two runs differ: a clock, chance, a locale, arithmetic that builds round differently. */
const impurities: readonly RegExp[] = [
  /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch|process|performance|globalThis)\b/g,
  /\bnew Date\b|\bDate\.|\bIntl\.|\btoLocale\w+|\blocaleCompare\b/g,
  /\bMath\.(?:random|log\w*|exp\w*|pow|cbrt|hypot|a?(?:sin|cos|tan)\w*)\b/g,
  /^(?:export )?let .*/gm,
  /^(?:export )?const \w+(?:: [^=]+)? = new (?:Map|Set|WeakMap|WeakSet)(?:<[^>]*>)?\(\)/gm,
];

export function findImpurities(file: string, source: string): string[] {
  if (!roomsWithoutIo.some((room) => file.startsWith(`${room}/`))) return [];
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  return impurities.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => `${file}: ${match[0]}`),
  );
}
