/** How late a rig of real time was during one sample: plain figures, from its own records. */
export interface RigLateness {
  /** Of frames that the hub handed to nodes in the kernel, by link and the node that they went to. */
  readonly directions: readonly DirectionLateness[];
  /** Of what sleeps on this machine and is due: a program's share of lateness, each time that it wakes. */
  readonly machine: LatenessFigures | undefined;
  /** Of frames that the hub sent to itself before the run, over links like its own. */
  readonly probes: readonly ProbeLateness[];
  /** Of each that tells, since it was ready. */
  readonly programs: readonly ProgramTurns[];
}

/** How long a program had a processor, and how long it wanted one and had none. */
export interface ProgramTurns {
  readonly id: string;
  readonly ranNs: number;
  readonly waitedNs: number;
}

export interface ProbeLateness extends LatenessFigures {
  /** `50 Mbit/s, 10 ms` */
  readonly setting: string;
}

export interface LatenessFigures {
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly worstNs: number;
  /** The p99, or the median of fewer than a hundred: one that was late is no hundredth of them. */
  readonly steadyNs: number;
}

export interface DirectionLateness extends LatenessFigures {
  readonly link: string;
  readonly toward: string;
  /** Frames that a device did not take, or that its queue lost before the hub fetched them. */
  readonly lostFrames: number;
}
