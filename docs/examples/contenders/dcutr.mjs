// js-libp2p's DCUtR over its circuit relay: `node dcutr.mjs relay|ask|answer`. Both peers have a reservation
// before, and know the address that they have outside; the time that it prints runs from the dial by the relay
// to a direct connection that is open.
import { lookup } from 'node:dns/promises';
import process from 'node:process';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { dcutr } from '@libp2p/dcutr';
import { identify } from '@libp2p/identify';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

const role = process.argv[2];
const port = 4001;
const patienceMs = 25_000;
const keyOf = (name) => generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, name));
const idOf = async (name) => peerIdFromPrivateKey(await keyOf(name)).toString();
const common = {
  privateKey: await keyOf(role),
  streamMuxers: [yamux()],
  connectionEncrypters: [noise()],
};

if (role === 'relay') {
  await createLibp2p({
    ...common,
    addresses: { listen: [`/ip4/0.0.0.0/tcp/${port}`] },
    transports: [tcp()],
    services: { identify: identify(), relay: circuitRelayServer() },
  });
  console.log('listening');
} else await runPeer();

/** The relay may not listen yet. */
async function createPeer(options) {
  for (let attempt = 1; ; attempt++) {
    try {
      const node = await createLibp2p({ ...options, start: false });
      node.addEventListener('peer:identify', ({ detail }) => confirmOutside(node, detail));
      await node.start();
      return node;
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function runPeer() {
  const { address } = await lookup('relay', 4);
  const relay = `/ip4/${address}/tcp/${port}/p2p/${await idOf('relay')}`;
  const node = await createPeer({
    ...common,
    addresses: { listen: [`/ip4/0.0.0.0/tcp/${port}`, `${relay}/p2p-circuit`] },
    transports: [circuitRelayTransport(), tcp()],
    services: { identify: identify(), dcutr: dcutr() },
  });
  while (!(await isKnown(node))) await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('listening');
  if (role === 'ask') await ask(node, relay);
}

/** What several AutoNAT servers would confirm, of which there are none here: it offers no other address to dial. */
function confirmOutside(node, { observedAddr }) {
  const seen = `${observedAddr}`.match(/^\/ip4\/([\d.]+)\/tcp\//);
  if (seen === null) return;
  const outside = multiaddr(`/ip4/${seen[1]}/tcp/${port}`);
  node.components.addressManager.confirmObservedAddr(outside, { type: 'observed' });
}

/** It tells others what stands in its own record, which follows its addresses a second later. */
async function isKnown(node) {
  const { addresses } = await node.peerStore.get(node.peerId);
  const known = addresses.map((one) => `${one.multiaddr}`);
  const [relayed, own] = [true, false].map((by) =>
    known.filter((one) => one.startsWith('/ip4/20.') && one.includes('p2p-circuit') === by),
  );
  return relayed.length > 0 && own.length > 0;
}

async function ask(node, relay) {
  const answerer = await idOf('answer');
  const startedMs = performance.now();
  node.addEventListener('connection:open', ({ detail }) => {
    const isDirect = !`${detail.remoteAddr}`.includes('p2p-circuit');
    if (`${detail.remotePeer}` !== answerer || !isDirect) return;
    console.log(
      `direct-after ${(performance.now() - startedMs).toFixed(3)} ms, ${detail.remoteAddr}`,
    );
    process.exit();
  });
  setTimeout(() => {
    console.log('no direct path');
    process.exit();
  }, patienceMs);
  await node.dial(multiaddr(`${relay}/p2p-circuit/p2p/${answerer}`));
}
