/** Programs in a container: ours from the bundle, others from the image and the scenario's folder. */
import { join } from 'node:path';
import { channelsVariable } from '../../../src/runtime/channel.ts';
import type { EntryPoint, NodeSite } from '../processes/node-site.ts';
import type { RunningProcess, StartOptions } from '../processes/running-process.ts';
import { type Channel, listenAt, pipeAt } from './channel-socket.ts';
import { type ContainerPlace, ContainerProcess } from './container-process.ts';
import { inside } from './node-container.ts';

export interface ContainerSiteOptions {
  readonly place: ContainerPlace;
  readonly runId: string;
  /** On this machine; within it is `inside.channels`. */
  readonly channelFolder: string;
  /** Another one with each call: no two streams of a run have one path. */
  readonly nextName: () => string;
  readonly passingFolder: string;
}

const toolPath = `${inside.bundle}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
/** The first descriptor after those that every process has. */
const firstChannel = 3;

/** Its records go into a pipe, whose path no word of the command can be taken for. */
const withRecords = 'exec 3>"$1"; shift; exec "$@"';

export function containerSite(options: ContainerSiteOptions): NodeSite {
  const { passingFolder } = options;
  return {
    startOurs: (entryPoint, given) => startOurs(options, entryPoint, given),
    startForeign: (given) => startForeign(options, given),
    toolPath,
    findTool: (name) => name,
    passingFolder,
  };
}

function startOurs(
  { place, runId, channelFolder, nextName }: ContainerSiteOptions,
  entryPoint: EntryPoint,
  given: Omit<StartOptions, 'argv' | 'env'>,
): RunningProcess {
  const name = nextName();
  const channels = numbersOf(given).map((fd) => listenAt(join(channelFolder, `${name}.${fd}`)));
  const options: StartOptions = {
    ...given,
    argv: [inside.node, join(inside.app, 'src/cli', `${entryPoint}${ending}`)],
    env: {
      ...{ PATH: toolPath, ROPEWALK_RUN: runId, NODE_COMPILE_CACHE: inside.code },
      [channelsVariable]: join(inside.channels, name),
    },
  };
  return new ContainerProcess(place, options, channels);
}

/** Packed, all files end in `.js`. */
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

function startForeign(
  { place, channelFolder, nextName }: ContainerSiteOptions,
  given: StartOptions,
): RunningProcess {
  const name = nextName();
  const channels: Channel[] = numbersOf(given).map((fd) =>
    pipeAt(join(channelFolder, `${name}.${fd}`), given.user),
  );
  const records = join(inside.channels, `${name}.${firstChannel}`);
  const argv = ['/bin/sh', '-c', withRecords, 'sh', records, ...given.argv];
  return new ContainerProcess(place, { ...given, argv }, channels);
}

function numbersOf({ channels = 0 }: Pick<StartOptions, 'channels'>): number[] {
  return Array.from({ length: channels }, (_, index) => firstChannel + index);
}
