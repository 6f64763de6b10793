/** Frame ports of a simulated host: whole Ethernet frames, past the node's own stack. */
import { type FramePool, takeFrame } from '../../../src/base/frame.ts';
import type { FramePort, FramePortEvents, FramePortOptions } from '../../../src/host/host.ts';
import { ethernetHeaderBytes } from '../../../src/wire/ethernet.ts';
import type { OpenFramePort } from '../network/frame-ports.ts';
import type { HostOwner } from './host-owner.ts';

export function openFramePort(
  host: HostOwner,
  pool: FramePool,
  options: FramePortOptions,
  events: FramePortEvents,
): FramePort {
  const { station } = host;
  const port = host.portOf(options.interface);
  const { mac, mtuBytes } = station.interfaceInfo(port);
  const open: OpenFramePort = {
    leases: options.leases,
    events: { received: (frame) => host.guard(() => events.received(frame)) },
  };
  station.addFramePort(port, open);
  let closed = false;
  const framePort: FramePort = {
    mac,
    mtuBytes,
    send(bytes) {
      if (closed) return 'closed';
      if (!station.interfaceInfo(port).up) return 'interface-down';
      if (bytes.length > mtuBytes + ethernetHeaderBytes) return 'message-too-long';
      const frame = takeFrame(pool, bytes.length);
      frame.bytes.set(bytes);
      station.transmit(port, frame);
      return 'sent';
    },
    close() {
      if (closed) return;
      closed = true;
      station.removeFramePort(port, open);
      host.forget(framePort);
    },
  };
  return framePort;
}
