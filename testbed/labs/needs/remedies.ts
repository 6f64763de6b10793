/** The command that adds what is missing, on the system at hand. */
import type { MachineState } from './machine-state.ts';

type System = Pick<MachineState, 'distribution' | 'relatives'>;

export function isDebian({ distribution, relatives }: System): boolean {
  return [distribution, ...relatives].some((name) => name === 'debian' || name === 'ubuntu');
}

/** `name`: as Debian and Ubuntu call it. */
export function installPackage(state: System, name: string): string {
  return isDebian(state)
    ? `sudo apt-get install --no-install-recommends ${name}`
    : `add what Debian calls ${name} with this system's own package tool`;
}

/** WSL2 runs Microsoft's kernel, whose release says so. */
export function isWsl({ kernelRelease }: Pick<MachineState, 'kernelRelease'>): boolean {
  return /microsoft/i.test(kernelRelease);
}

/** What brings a module that this kernel has not loaded, and may not have. */
export function loadModule(state: MachineState, module: string): string {
  const load = `sudo modprobe ${module}`;
  if (!state.loadsModules) return `this kernel takes no modules: another one, with ${module} in it`;
  if (state.isContainer) return `${load}, outside of this container, on the machine itself`;
  if (isWsl(state)) return `in PowerShell: wsl --update && wsl --shutdown; then ${load}`;
  if (state.distribution === 'ubuntu') {
    return `sudo apt-get install linux-modules-extra-${state.kernelRelease} && ${load}`;
  }
  if (isDebian(state) && /cloud/.test(state.kernelRelease)) {
    return `the cloud kernel leaves it out: sudo apt-get install linux-image-${debianArchitecture(state)}, and reboot`;
  }
  return `${load}; a kernel that was built without it takes another kernel`;
}

function debianArchitecture({ architecture }: Pick<MachineState, 'architecture'>): string {
  return architecture === 'x64' ? 'amd64' : architecture;
}

/** sudo forgets the PATH on which npx stands. */
export const asRoot = 'sudo env "PATH=$PATH" npx ropewalk';

export function becomeRoot(state: MachineState): string {
  if (state.isContainer) {
    return 'start the container with --privileged, or with --cap-add NET_ADMIN --cap-add SYS_ADMIN --device /dev/net/tun';
  }
  if (state.runner === 'github') {
    return `its Linux runners allow sudo without a password: ${asRoot} run … --lab netns`;
  }
  if (state.runner === 'gitlab') {
    return 'a runner whose config.toml says privileged = true, or a shell runner with sudo';
  }
  return `${asRoot} run … --lab netns`;
}

export function getLinux({ platform }: MachineState): string {
  switch (platform) {
    case 'win32':
      return 'in PowerShell: wsl --install; then install Ropewalk in there';
    case 'darwin':
      return 'a Linux machine: brew install lima && limactl start template://debian; or a CI runner with Linux';
    default:
      return 'a Linux machine, or a CI runner with Linux';
  }
}
