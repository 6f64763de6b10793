/** What a program hears and says on any real host: the clock, its chance, its records, its standing. */
import { type Random, seedRandom } from '../base/random.ts';
import type { Clock, Lifecycle } from '../host/host.ts';
import type { NetworkNamespace } from '../linux/network-namespace.ts';
import { emitRecord } from '../trace/ndjson.ts';
import type { Field, RecordSink } from '../trace/record.ts';
import type { KernelLoop } from './kernel-loop.ts';

export interface RealHostOptions {
  readonly loop: KernelLoop;
  /** The node's name in the topology. */
  readonly node: string;
  readonly seed: number;
  /** Whose program it is; records of a traffic carry its name already. */
  readonly program: { readonly id: string; readonly traffic: string | undefined };
  /** Whom the program tells how it goes; left out: each word is a record. */
  readonly lifecycle?: Lifecycle;
  /** Left out: the namespace of this process. */
  readonly namespace?: NetworkNamespace;
  /** Takes each record as a line without its end. */
  readonly write: (line: string) => void;
}

export interface ProgramVoice {
  readonly clock: Clock;
  readonly random: Random;
  readonly records: RecordSink;
  readonly lifecycle: Lifecycle;
}

type Fields = Readonly<Record<string, Field>>;

/** `isClosed`: timers that were asked for stay silent from then on. */
export function voiceOf(options: RealHostOptions, isClosed: () => boolean): ProgramVoice {
  const { loop, node, seed } = options;
  const { id, traffic } = options.program;
  const write = (kind: string, fields: Fields): void =>
    options.write(emitRecord({ tNs: loop.nowNs(), node, kind, ...fields }));
  return {
    clock: {
      nowNs: () => loop.nowNs(),
      after: (delayNs, callback) => loop.after(delayNs, () => isClosed() || callback()),
    },
    random: seedRandom(seed, 'program', node, id),
    records: {
      record: (kind, fields) =>
        write(kind, traffic === undefined ? { program: id, ...fields } : fields),
    },
    lifecycle: options.lifecycle ?? {
      ready: () => write('program.ready', { id }),
      finish: () => write('program.finished', { id }),
      fail: (reason) => write('program.failed', { id, reason }),
    },
  };
}
