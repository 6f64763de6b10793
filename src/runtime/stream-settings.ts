/** TCP sockets as the contract asks for them. */
import type { StreamCongestion, StreamSettings } from '../host/stream.ts';
import { setOption, socketOption } from '../linux/socket.ts';

/** As Linux calls them. */
const kernelNames: Readonly<Record<StreamCongestion, string>> = {
  'new-reno': 'reno',
  cubic: 'cubic',
  'rate-based': 'bbr',
};

const nsPerMs = 1_000_000;
const nsPerSecond = 1_000_000_000;

/** What is left out stays the kernel's choice, but for the congestion control, which machines differ in. */
export function applyStreamSettings(fd: number, settings: StreamSettings): void {
  const { congestion = 'cubic', noDelay = false, keepAliveNs, userTimeoutNs } = settings;
  setOption(fd, socketOption.tcpCongestion, new TextEncoder().encode(kernelNames[congestion]));
  if (noDelay) setOption(fd, socketOption.tcpNoDelay, 1);
  if (keepAliveNs !== undefined) {
    setOption(fd, socketOption.keepAlive, 1);
    setOption(fd, socketOption.tcpKeepIdle, Math.max(1, Math.ceil(keepAliveNs / nsPerSecond)));
  }
  if (userTimeoutNs !== undefined) {
    setOption(fd, socketOption.tcpUserTimeout, Math.max(1, Math.ceil(userTimeoutNs / nsPerMs)));
  }
  const { sendBufferBytes, receiveBufferBytes } = settings;
  if (sendBufferBytes !== undefined) setOption(fd, socketOption.sendBuffer, sendBufferBytes);
  if (receiveBufferBytes !== undefined)
    setOption(fd, socketOption.receiveBuffer, receiveBufferBytes);
}
