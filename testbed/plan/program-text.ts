/** Programs and traffic in words. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { ProgramModel, TrafficModel } from '../schema/model.ts';
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
export function programText({ name, on, run }: ProgramModel): string {
  return `${name}: ${runText(run)} on ${on}`;
}

/** A command line of somebody else's, each word in its own quotes: it never meets a shell. */
function runText(run: string | readonly string[]): string {
  return typeof run === 'string' ? run : JSON.stringify(run);
}

/** `download/sink on phone: stream-sink {...}` */
export function plannedText(program: PlannedProgram): string {
  const settings = JSON.stringify(program.settings);
  return `${program.id} on ${program.node}: ${runText(program.run)} ${settings}`;
}
