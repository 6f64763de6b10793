// A peer with werift's ICE: `node ice.mjs ask|answer`. Candidates are gathered before; the time that it
// prints runs from the offer that leaves to the pair that is selected, in milliseconds.
import { createConnection } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Candidate, Connection } from 'werift';

const isAsking = process.argv[2] === 'ask';
const relay = 'relay';
const port = 4000;
const patienceMs = 12_000;

const { lookup } = await import('node:dns/promises');
const { address } = await lookup(relay, 4);
const ice = new Connection(isAsking, {
  stunServer: [address, port],
  useIpv4: true,
  useIpv6: false,
});
await ice.gatherCandidates();

const socket = createConnection({ host: address, port, noDelay: true });
const say = (message) => socket.write(`${JSON.stringify(message)}\n`);
const description = () => ({
  user: ice.localUsername,
  password: ice.localPassword,
  candidates: ice.localCandidates.map((one) => one.toSdp()),
});
let startedMs = 0;

function giveUp() {
  console.log('no direct path');
  process.exit();
}

async function take({ user, password, candidates }) {
  ice.setRemoteParams({ iceLite: false, usernameFragment: user, password });
  for (const one of candidates) await ice.addRemoteCandidate(Candidate.fromSdp(one));
  await ice.addRemoteCandidate(undefined);
  if (!isAsking) say(description());
  await ice.connect();
  const { localCandidate, remoteCandidate } = ice.nominated;
  const pair = `${localCandidate.type} to ${remoteCandidate.type} ${remoteCandidate.host}:${remoteCandidate.port}`;
  if (!isAsking) return;
  console.log(`direct-after ${(performance.now() - startedMs).toFixed(3)} ms, ${pair}`);
  process.exit();
}

createInterface({ input: socket }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message !== 'hello') take(message).catch(isAsking ? giveUp : () => undefined);
  else if (isAsking && startedMs === 0) {
    startedMs = performance.now();
    say(description());
    setTimeout(giveUp, patienceMs);
  }
});
socket.on('connect', () => {
  if (isAsking) return;
  console.log('listening');
  // Who asks may come later: it hears the next one.
  setInterval(() => say('hello'), 200);
});
