/** Frames of the hub's links: it writes them into a pipe with a name, as it would into a file. */
import { constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { closeDescriptor, openDescriptor } from '../../../src/linux/descriptor.ts';
import { makeNamedPipe, setPipeRoom } from '../../../src/linux/named-pipe.ts';
import type { LabPlace } from '../ground/live-kernel-lab.ts';

/** The hub must not wait for its reader: so much may lie in between. */
const pipeRoomBytes = 1_048_576;

/** Bytes of a pcapng file; the stream ends once the hub's capture is ended and all was read. */
export async function openHubFrames(
  { hub, ledger }: LabPlace,
  links: readonly string[],
): Promise<Socket> {
  const path = join(ledger.folder, 'capture');
  makeNamedPipe(path);
  try {
    // A pipe that nobody writes to yet has an end; opened for both, it has none.
    const both = openDescriptor(path);
    try {
      setPipeRoom(both, pipeRoomBytes);
      await hub.capture(path, links);
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: true, writable: false });
    } finally {
      closeDescriptor(both);
    }
  } finally {
    rmSync(path);
  }
}
