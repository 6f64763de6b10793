/** What `run:` may name. */
import type { StartProgram } from '../host/program.ts';
import { startEcho } from './echo.ts';
import { startNatProbe } from './nat-probe.ts';
import { startNatProbeServer } from './nat-probe-server.ts';
import { startPeer } from './peer.ts';
import { startRelay } from './relay.ts';
import { startRequester } from './requester.ts';
import { startResponder } from './responder.ts';
import { startStreamSink } from './stream-sink.ts';
import { startStreamSource } from './stream-source.ts';

export const builtInPrograms: Readonly<Record<string, StartProgram>> = {
  echo: startEcho,
  'stream-source': startStreamSource,
  'stream-sink': startStreamSink,
  requester: startRequester,
  responder: startResponder,
  'nat-probe': startNatProbe,
  'nat-probe-server': startNatProbeServer,
  relay: startRelay,
  peer: startPeer,
};
