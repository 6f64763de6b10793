/** What `run:` may name. */
import type { Aead } from '../base/aead.ts';
import type { StartProgram } from '../host/program.ts';
import { startAccessSwitch } from './access-switch.ts';
import { startActive, startStandby } from './backup-board.ts';
import { startEcho } from './echo.ts';
import { startInterfaceBoard } from './interface-board.ts';
import { startLinkedTalkers } from './linked-talkers.ts';
import { startMulticastSource } from './multicast-source.ts';
import { startNatProbe } from './nat-probe.ts';
import { startNatProbeServer } from './nat-probe-server.ts';
import { startPeer } from './peer.ts';
import { startProxy } from './proxy.ts';
import { startPunchProbe } from './punch-probe.ts';
import { startRadiusServer } from './radius-server.ts';
import { rehearse } from './rehearsal.ts';
import { startRelay } from './relay.ts';
import { startRequester } from './requester.ts';
import { startResponder } from './responder.ts';
import { startServiceClient } from './service-client.ts';
import { startStreamSink } from './stream-sink.ts';
import { startStreamSource } from './stream-source.ts';
import { startSubscriber } from './subscriber.ts';
import { startTerminal } from './terminal.ts';

/** What traffic runs, whatever carries it. */
const flowPrograms = {
  'stream-source': startStreamSource,
  'stream-sink': startStreamSink,
  requester: startRequester,
  responder: startResponder,
} as const;

/** Over TCP they have names of their own, by which a lab says what it lacks. */
const overTcp = ['tcp', 'own', 'kernel', 'mptcp', 'kernel-mptcp'].flatMap((transport) =>
  Object.entries(flowPrograms).map(([name, start]) => [`${name}-over-${transport}`, start]),
);

export const builtInPrograms: Readonly<Record<string, StartProgram>> = {
  ...flowPrograms,
  ...Object.fromEntries(overTcp),
  echo: startEcho,
  'nat-probe': startNatProbe,
  'nat-probe-server': startNatProbeServer,
  'linked-talkers': startLinkedTalkers,
  relay: startRelay,
  peer: startPeer,
  'punch-probe': startPunchProbe,
  terminal: startTerminal,
  proxy: startProxy,
  'interface-board': startInterfaceBoard,
  active: startActive,
  standby: startStandby,
  'service-client': startServiceClient,
  'access-switch': startAccessSwitch,
  'radius-server': startRadiusServer,
  'multicast-source': startMulticastSource,
  subscriber: startSubscriber,
};

/** Often enough that the engine has compiled what a handshake and a packet need. */
const talks = 6;
const talkers = ['peer', 'punch-probe', 'relay'];

/** Done by a real host before the program begins, so that what it says first is not said late. */
export function rehearseProgram(run: string, aead: Aead | undefined): void {
  if (talkers.includes(run)) rehearse(talks, aead);
}
