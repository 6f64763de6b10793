/** What a machine has, as far as a lab may need it: plain data, so that any machine can be planted. */
export interface MachineState {
  /** `linux`, `darwin`, `win32` */
  readonly platform: string;
  /** `x64`, `arm64` */
  readonly architecture: string;
  readonly kernelRelease: string;
  /** `debian`, `ubuntu`, `fedora`; empty: nothing says so. */
  readonly distribution: string;
  /** Those that it says it is like: `debian`. */
  readonly relatives: readonly string[];
  readonly runner: 'github' | 'gitlab' | 'other' | undefined;
  readonly isContainer: boolean;
  readonly nodeVersion: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** The kernel takes modules; many of small virtual machines do not. */
  readonly loadsModules: boolean;
  /** koffi, which calls the kernel, can be loaded. */
  readonly hasBindings: boolean;
  readonly isRoot: boolean;
  /** What was tried in a namespace of its own; undefined: it could not be tried without rights. */
  readonly kernel: KernelTrial | undefined;
  readonly unprivilegedNamespaces: 'allowed' | 'apparmor' | 'sysctl' | 'none';
  /** net.ipv4.neigh.default.gc_thresh3 of the whole machine, which counts over all namespaces. */
  readonly neighbourLimit: number | undefined;
  /** Those on the PATH, of `askedCommands`. */
  readonly commands: readonly string[];
  readonly docker: 'answers' | 'refuses' | 'silent';
}

/** Each was made and taken away again. Undefined: it went well; else the kernel's words. */
export interface KernelTrial {
  readonly namespace: string | undefined;
  readonly tap: string | undefined;
  readonly veth: string | undefined;
  readonly bridge: string | undefined;
  readonly netem: string | undefined;
  readonly tbf: string | undefined;
  readonly ipv6: string | undefined;
  readonly nat: string | undefined;
}

export const askedCommands = [
  ...(['nft', 'ip', 'ping', 'tshark', 'iperf3'] as const),
  ...(['ssh', 'ssh-keygen', 'linux.uml', 'sshd', 'mn'] as const),
];
