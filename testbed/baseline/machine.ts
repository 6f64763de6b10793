/** Which machine this is, as far as times depend on it. */
import { createHash } from 'node:crypto';
import { cpus, platform, release } from 'node:os';

export interface Machine {
  /** The same for two machines whose times may be compared. */
  readonly fingerprint: string;
  /** `AMD EPYC 7763, 4 cores, linux 6.8.0-45, Node 26.10.0` */
  readonly text: string;
}

export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return describeMachine({
    processor: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    kernel: `${platform()} ${release()}`,
    node: process.versions.node,
  });
}

export function describeMachine({ processor, cores, kernel, node }: MachineFacts): Machine {
  const model = processor.replaceAll(/\s+/g, ' ').trim();
  const text = `${model}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${kernel}, Node ${node}`;
  return { fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 12), text };
}
