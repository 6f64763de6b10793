/** Programs and traffic in words. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { ForeignModel, ProgramModel, ReadyModel, TrafficModel } from '../schema/model.ts';
import type { PlannedProgram } from './plan.ts';

/** `stream from server to phone, 64 MiB in datagrams of 1200 B, 8 Mbit/s; opened by phone via lte` */
export function trafficText(traffic: TrafficModel): string {
  const { generator, from, to, openedBy, via, transport, family, startNs } = traffic;
  const what = [`${generator} from ${from} to ${to}`, ...amountTexts(traffic)].join(', ');
  const over = `${transport} over IPv${family}`;
  const by = via === undefined ? '' : ` via ${via}`;
  const start = startNs === 0 ? '' : ` after ${formatDuration(startNs)}`;
  const background = traffic.background ? '; in the background' : '';
  return `${traffic.name}: ${what}; ${over}, opened by ${openedBy}${by}${start}${background}`;
}

function amountTexts(traffic: TrafficModel): string[] {
  const { bytes, count, forNs, rateBps, payloadBytes, generator } = traffic;
  const asks = generator === 'request-response';
  return [
    ...(bytes === undefined ? [] : [formatSize(bytes)]),
    ...(count === undefined ? [] : [`${count} ${asks ? 'requests' : 'datagrams'}`]),
    ...(forNs === undefined ? [] : [`for ${formatDuration(forNs)}`]),
    ...(rateBps === undefined ? [] : [`at ${formatRate(rateBps)}`]),
    `${formatSize(payloadBytes)} each`,
    ...(asks ? [`${formatDuration(traffic.timeoutNs)} at most for an answer`] : []),
    ...(generator === 'on-off'
      ? [`${formatDuration(traffic.onNs)} on, ${formatDuration(traffic.offNs)} off`]
      : []),
  ];
}

/** `uplink: terminal on phone` */
export function programText({ name, on, run, foreign }: ProgramModel): string {
  return `${name}: ${runText(run)} on ${on}${foreignText(foreign)}`;
}

/** `; with serve.sh; ready when tcp port 80 is listened on`: nothing where nothing was said. */
function foreignText(foreign: ForeignModel | undefined): string {
  if (foreign === undefined) return '';
  const { cwd, files, ready, awaited, startNs, reads } = foreign;
  const parts = [
    ...(cwd === undefined ? [] : [`in ${cwd}`]),
    ...(files.length === 0 ? [] : [`with ${files.join(', ')}`]),
    ...readyTexts(ready),
    ...(awaited ? ['awaited'] : []),
    ...(startNs === undefined || startNs === 0 ? [] : [`after ${formatDuration(startNs)}`]),
    ...(reads === undefined ? [] : [`read by ${reads.kind === 'regex' ? 'a regex' : reads.kind}`]),
  ];
  return parts.map((part) => `; ${part}`).join('');
}

function readyTexts(ready: ReadyModel): string[] {
  switch (ready.kind) {
    case 'started':
      return [];
    case 'line': {
      const { pattern } = ready;
      const wanted = pattern.kind === 'part' ? JSON.stringify(pattern.text) : `/${pattern.source}/`;
      return [`ready when it writes ${wanted}`];
    }
    case 'port':
      return [`ready when ${ready.protocol} port ${ready.port} is listened on`];
  }
}

/** A command line of somebody else's, each word in its own quotes: it never meets a shell. */
function runText(run: string | readonly string[]): string {
  return typeof run === 'string' ? run : JSON.stringify(run);
}

/** `download/sink on phone: stream-sink {...}` */
export function plannedText(program: PlannedProgram): string {
  const settings = JSON.stringify(program.settings);
  const how = foreignText(program.foreign);
  return `${program.id} on ${program.node}: ${runText(program.run)} ${settings}${how}`;
}
