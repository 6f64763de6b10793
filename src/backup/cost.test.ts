import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupHeaderBytes } from '../wire/backup.ts';
import { type BackupMode, backupModes } from './board-message.ts';
import {
  type Carriage,
  ethernetBytes,
  mirrorOverTcp,
  shortestFrameBytes,
  type Told,
} from './testing-mirror.ts';
import { works } from './testing-work.ts';
import { World } from './testing-world.ts';

const limitNs = 60 * nsPerSecond;
const boardDelayNs = 0.05 * nsPerMs;

interface Counted {
  readonly channel: Carriage;
  readonly told: readonly Told[];
  readonly peerPackets: number;
  readonly payloadBytes: number;
}

/** All that goes between the boards while the peer works; nothing fails. */
function count(mode: BackupMode, name: string): Counted {
  const world = new World({ mode, boardDelayNs });
  world.run(50 * nsPerMs);
  const told: Told[] = [];
  const partial = [0, 0, 0];
  const said = [0, 0, 0];
  let frames = 0;
  let bytes = 0;
  let peerPackets = 0;
  world.onBoardFrame = (from, { kind, body, isLast, acknowledged }) => {
    // Both ways need heartbeats that come as often, to know that a board died.
    if (kind === 'heartbeat' && said[from] === acknowledged) return true;
    said[from] = acknowledged;
    frames++;
    bytes += Math.max(shortestFrameBytes, ethernetBytes + backupHeaderBytes + body.length);
    if (kind !== 'part') return true;
    partial[from]! += body.length;
    if (!isLast) return true;
    told.push({ atNs: world.nowNs, from, bytes: partial[from]! });
    partial[from] = 0;
    return true;
  };
  world.onPeerPacket = () => void peerPackets++;
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works[name]!.begin(world, stream);
  world.run(limitNs, () => works[name]!.isDone(stream));
  const payloadBytes = name === 'upload' ? 300_000 : stream.receivedBytes;
  return { channel: { frames, bytes }, told, peerPackets, payloadBytes };
}

for (const mode of backupModes) {
  for (const name of ['download', 'upload', 'echo']) {
    test(`system 5.3: ${mode}, ${name}: fewer bytes per payload byte and fewer messages per packet of the peer than over TCP`, (t) => {
      const { channel, told, peerPackets, payloadBytes } = count(mode, name);
      const mirror = mirrorOverTcp(told, boardDelayNs);
      const figures = (carriage: Carriage) =>
        `${(carriage.bytes / payloadBytes).toFixed(3)} B/B, ${(carriage.frames / peerPackets).toFixed(3)} frames a packet`;
      t.log(
        `channel ${figures(channel)}; mirrored over TCP ${figures(mirror)}; ${peerPackets} packets`,
      );
      t.true(channel.bytes < mirror.bytes);
      // A question and an answer take three messages either way: it is told, it is told back, it is confirmed.
      if (name === 'echo') t.true(channel.frames <= mirror.frames);
      else t.true(channel.frames < mirror.frames);
    });
  }
}
