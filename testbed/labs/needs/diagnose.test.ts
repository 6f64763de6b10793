import test from 'ava';
import { diagnose } from './diagnose.ts';
import type { LabDiagnosis, Need } from './diagnosis.ts';
import type { MachineState } from './machine-state.ts';
import { kernelWithout, laptop, machine } from './testing-machines.ts';

function labOf(state: MachineState, name: string): LabDiagnosis {
  return diagnose(state).labs.find(({ lab }) => lab === name)!;
}

/** The needs that are open, by their names. */
function openOf(state: MachineState, lab = 'netns'): Need[] {
  return labOf(state, lab).needs.filter(({ isMet }) => !isMet);
}

test('a laptop with Debian and root lacks nothing', (t) => {
  t.true(labOf(laptop, 'sim').ready);
  t.true(labOf(laptop, 'netns').ready);
  t.deepEqual(openOf(laptop), []);
});

test('sim needs Node and nothing else, wherever it is', (t) => {
  for (const platform of ['win32', 'darwin']) {
    const bare = { platform, hasBindings: false, isRoot: false, kernel: undefined, cores: 1 };
    t.true(labOf(machine(bare), 'sim').ready);
    t.false(labOf(machine(bare), 'netns').ready);
  }
  const old = machine({ nodeVersion: '20.18.1' });
  t.false(labOf(old, 'sim').ready);
  t.regex(openOf(old, 'sim')[0]!.remedy!, /npm install/);
});

type Planted = readonly [
  what: string,
  parts: Partial<MachineState>,
  ready: boolean,
  name: string,
  remedy: RegExp,
];

const noNetem = { kernel: kernelWithout('netem') };
const unprivileged = { isRoot: false, kernel: undefined } as const;

const planted: readonly Planted[] = [
  ['Windows', { platform: 'win32' }, false, 'Linux', /wsl --install/],
  ['a Mac', { platform: 'darwin' }, false, 'Linux', /limactl start/],
  [
    'a user without rights',
    unprivileged,
    false,
    'root, and network namespaces',
    /^sudo env "PATH=\$PATH" npx ropewalk run/,
  ],
  [
    'a GitHub runner',
    { ...unprivileged, runner: 'github' },
    false,
    'root, and network namespaces',
    /sudo without a password: sudo env "PATH=\$PATH" npx ropewalk/,
  ],
  [
    'a GitLab runner',
    { ...unprivileged, runner: 'gitlab' },
    false,
    'root, and network namespaces',
    /privileged = true/,
  ],
  [
    'a container that may do nothing, as root',
    { isContainer: true, kernel: kernelWithout('namespace') },
    false,
    'root, and network namespaces',
    /--cap-add NET_ADMIN --cap-add SYS_ADMIN --device \/dev\/net\/tun/,
  ],
  [
    'a container without the TUN device',
    { isContainer: true, kernel: kernelWithout('tap') },
    false,
    'TAP devices',
    /--device \/dev\/net\/tun/,
  ],
  ['no TUN', { kernel: kernelWithout('tap') }, false, 'TAP devices', /sudo modprobe tun/],
  ['no netem', noNetem, true, 'the netem queue', /^sudo modprobe sch_netem/],
  [
    'no netem on Ubuntu',
    {
      ...noNetem,
      distribution: 'ubuntu',
      relatives: ['debian'],
      kernelRelease: '6.8.0-45-generic',
    },
    true,
    'the netem queue',
    /apt-get install linux-modules-extra-6\.8\.0-45-generic && sudo modprobe sch_netem/,
  ],
  [
    'no netem in the cloud',
    { ...noNetem, kernelRelease: '6.1.0-28-cloud-arm64', architecture: 'arm64' },
    true,
    'the netem queue',
    /apt-get install linux-image-arm64/,
  ],
  [
    'no netem in WSL2',
    { ...noNetem, kernelRelease: '5.15.167.4-microsoft-standard-WSL2' },
    true,
    'the netem queue',
    /wsl --update .*sudo modprobe sch_netem/,
  ],
  [
    'no netem in a kernel without modules',
    { ...noNetem, loadsModules: false },
    true,
    'the netem queue',
    /takes no modules/,
  ],
  [
    'no nft command',
    { commands: [], kernel: kernelWithout('nat') },
    true,
    'nftables NAT',
    /^sudo apt-get install --no-install-recommends nftables$/,
  ],
  [
    'no nft command on Fedora',
    { commands: [], kernel: kernelWithout('nat'), distribution: 'fedora' },
    true,
    'nftables NAT',
    /what Debian calls nftables/,
  ],
  ['NAT not in the kernel', { kernel: kernelWithout('nat') }, true, 'nftables NAT', /nft_masq/],
  ['one core', { cores: 1 }, true, 'two processor cores', /invalid/],
  [
    'the usual neighbour table',
    { neighbourLimit: 1_024 },
    true,
    'room in the neighbour table',
    /^sudo sysctl -w net\.ipv4\.neigh\.default\.gc_thresh3=65536 /,
  ],
  ['no IPv6', { kernel: kernelWithout('ipv6') }, true, 'IPv6', /ipv6\.disable=1/],
  ['no bindings', { hasBindings: false }, false, 'koffi, which calls the kernel', /npm install/],
];

for (const [what, parts, ready, name, remedy] of planted) {
  test(`${what}: netns is ${ready ? 'ready' : 'not ready'}, and ${name} has a remedy`, (t) => {
    const state = machine(parts);
    t.is(labOf(state, 'netns').ready, ready);
    const open = openOf(state).find((one) => one.name === name);
    t.regex(open?.remedy ?? 'it is met', remedy);
    t.is(open!.only === undefined, !ready);
  });
}

test('the words of the kernel are shown, and why user namespaces do not help', (t) => {
  const refused = openOf(machine(noNetem))[0]!;
  t.is(refused.found, 'the kernel refuses it (EINVAL)');
  const restricted = machine({ ...unprivileged, unprivilegedNamespaces: 'apparmor' });
  t.regex(openOf(restricted)[0]!.found, /apparmor_restrict_unprivileged_userns/);
});

test('without rights nothing was tried, and nothing is claimed of the kernel', (t) => {
  const names = labOf(machine(unprivileged), 'netns').needs.map(({ name }) => name);
  t.false(names.includes('TAP devices'));
});

test('docker wants an engine of this machine, and root beside', (t) => {
  const remedyOf = (parts: Partial<MachineState>) =>
    openOf(machine(parts), 'docker').map(({ remedy }) => remedy)[0];
  t.regex(remedyOf({ docker: 'silent' })!, /apt-get install .* docker\.io && sudo systemctl start/);
  t.regex(remedyOf({ docker: 'refuses' })!, /^sudo .* run … --lab docker/);
  t.regex(remedyOf({ docker: 'silent', platform: 'darwin' })!, /a Linux machine/);
  t.true(labOf(machine({ docker: 'answers' }), 'docker').ready);
});

test('a need that is met has no remedy, and one that is open says what to do', (t) => {
  const states = [laptop, ...planted.map(([, parts]) => machine(parts))];
  for (const { needs } of states.flatMap((state) => diagnose(state).labs)) {
    for (const { isMet, remedy } of needs) t.is(remedy === undefined, isMet);
  }
});

test('mininet wants ssh, and a host on this machine only where no other is named', (t) => {
  const commands = ['ssh', 'ssh-keygen'];
  const able = machine({ commands });
  t.true(labOf(able, 'mininet').ready);
  t.deepEqual(
    openOf(able, 'mininet').map(({ found }) => found),
    ['no linux.uml, sshd, mn'],
  );
  t.false(labOf(machine({ commands: [] }), 'mininet').ready);
});
