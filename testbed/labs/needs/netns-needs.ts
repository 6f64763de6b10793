/** What the netns lab stands on: Linux, rights, and a handful of kernel parts, each tried out. */
import { type LabDiagnosis, labDiagnosis, type Need, need } from './diagnosis.ts';
import type { KernelTrial, MachineState } from './machine-state.ts';
import { becomeRoot, getLinux, installPackage, loadModule } from './remedies.ts';

export function diagnoseNetns(state: MachineState): LabDiagnosis {
  const linux = need('Linux', state.platform === 'linux', {
    found: `${state.platform} ${state.kernelRelease}`,
    remedy: getLinux(state),
  });
  if (!linux.isMet) return labDiagnosis('netns', [linux]);
  return labDiagnosis('netns', [
    linux,
    bindings(state),
    rights(state),
    ...kernelNeeds(state),
    ...programs(state),
    cores(state),
    neighbours(state),
  ]);
}

export function bindings({ hasBindings, platform, architecture }: MachineState): Need {
  return need('koffi, which calls the kernel', hasBindings, {
    found: hasBindings ? 'loads' : `does not load on ${platform} ${architecture}`,
    remedy: 'npm install; it has binaries for x64 and arm64',
  });
}

const unprivileged = {
  allowed: 'user namespaces are allowed, and do not help: the lab enters namespaces by their path',
  apparmor: 'kernel.apparmor_restrict_unprivileged_userns forbids user namespaces',
  sysctl: 'sysctls forbid user namespaces',
  none: 'the kernel has no user namespaces',
} as const satisfies Record<MachineState['unprivilegedNamespaces'], string>;

export function rights(state: MachineState): Need {
  const { isRoot, kernel, unprivilegedNamespaces } = state;
  const refused = kernel?.namespace;
  const found = isRoot
    ? `root${refused === undefined ? '' : `, but ${refused}`}`
    : `not root; ${unprivileged[unprivilegedNamespaces]}`;
  const isMet = isRoot && refused === undefined;
  return need('root, and network namespaces', isMet, { found, remedy: becomeRoot(state) });
}

interface KernelPart {
  readonly part: keyof KernelTrial;
  readonly name: string;
  readonly module: string;
  readonly only?: string;
}

const parts: readonly [KernelPart, ...KernelPart[]] = [
  { part: 'tap', name: 'TAP devices', module: 'tun' },
  { part: 'veth', name: 'veth pairs', module: 'veth', only: 'links with engine: direct or kernel' },
  { part: 'bridge', name: 'bridges', module: 'bridge', only: 'switches with engine: kernel' },
  { part: 'tbf', name: 'the tbf queue', module: 'sch_tbf', only: 'engine: kernel with a rate' },
  {
    ...{ part: 'netem', name: 'the netem queue', module: 'sch_netem' },
    only: 'engine: kernel with delay, loss or reordering; engine: model needs none',
  },
];

function kernelNeeds(state: MachineState): Need[] {
  const { kernel } = state;
  // Without rights nothing was tried, and nothing is known.
  if (kernel === undefined || kernel.namespace !== undefined) return [];
  const tried = parts.map(({ part, name, module, only }) => {
    const why = kernel[part];
    const remedy = part === 'tap' ? tapRemedy(state) : loadModule(state, module);
    const said = { found: why ?? 'works', remedy };
    return need(name, why === undefined, only === undefined ? said : { ...said, only });
  });
  const ipv6 = need('IPv6', kernel.ipv6 === undefined, {
    found: kernel.ipv6 ?? 'works',
    remedy: 'boot without ipv6.disable=1, or use version-4 addresses only',
    only: 'traffic over IPv6',
  });
  return [...tried, nat(state, kernel.nat), ipv6];
}

/** Of what is tried, what containers need as well: links are devices of the hub. */
export function tapNeed(state: MachineState): Need[] {
  return kernelNeeds(state).filter(({ name }) => name === parts[0].name);
}

function nat(state: MachineState, why: string | undefined): Need {
  const only = 'NAT boxes with engine: kernel';
  const hasCommand = state.commands.includes('nft');
  const remedy = hasCommand ? loadModule(state, 'nft_masq') : installPackage(state, 'nftables');
  return need('nftables NAT', why === undefined, { found: why ?? 'works', remedy, only });
}

function tapRemedy(state: MachineState): string {
  return state.isContainer
    ? 'start the container with --device /dev/net/tun'
    : loadModule(state, 'tun');
}

function programs(state: MachineState): Need[] {
  const command = (name: string, debian: string, only: string): Need => {
    const isMet = state.commands.includes(name);
    const remedy = installPackage(state, debian);
    return need(name, isMet, { found: isMet ? 'on the PATH' : 'not found', remedy, only });
  };
  return [
    command('ip', 'iproute2', 'looking at a kept lab by hand'),
    command('tshark', 'tshark', 'reading captures'),
  ];
}

/** One for the hub, which must not be late, one for all else. */
function cores({ cores: count }: MachineState): Need {
  return need('two processor cores', count >= 2, {
    found: `${count}`,
    remedy: 'a machine with more: here the hub is late, and runs come out invalid',
    only: 'runs that are not invalid for lateness',
  });
}

const usualNeighbours = 1_024;
const manyNeighbours = 65_536;

/** One table for all namespaces: above its limit neighbours are forgotten, and packets are lost. */
function neighbours({ neighbourLimit }: MachineState): Need {
  const limit = neighbourLimit ?? usualNeighbours;
  return need('room in the neighbour table', limit > usualNeighbours, {
    found: `${limit} entries`,
    remedy: `sudo sysctl -w net.ipv4.neigh.default.gc_thresh3=${manyNeighbours} net.ipv6.neigh.default.gc_thresh3=${manyNeighbours}`,
    only: 'some hundred nodes that all talk',
  });
}
