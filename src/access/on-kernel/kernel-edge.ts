/** A subscriber's side of a cable on a real kernel: nothing of what it says there is ours. */

import type { Ip } from '../../base/address.ts';
import type { Mac } from '../../base/mac.ts';
import { nsPerMs } from '../../base/time.ts';
import type { FramePort, InterfaceInfo } from '../../host/host.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { joinGroup } from '../../linux/group-membership.ts';
import type { Credentials } from '../../programs/access-settings.ts';
import type { SubscriberEdge, SubscriberEvents } from '../../programs/subscriber-edge.ts';
import type { RealHost } from '../../runtime/real-host.ts';
import { SupplicantProcess } from '../supplicant.ts';
import { ownFolder } from './own-folder.ts';
import type { Station } from './station.ts';

/** A kernel sends a leave at one of its next ticks; a log-off passes the supplicant, hostapd and the controller. */
const kernelGraceNs = 200 * nsPerMs;

export class KernelEdge implements SubscriberEdge {
  readonly mac: Mac;
  readonly graceNs = kernelGraceNs;
  readonly #station: Station;
  readonly #port: FramePort;
  readonly #supplicant: SupplicantProcess;
  /** By group, the socket that has joined it. */
  readonly #sockets = new Map<Ip, number>();

  /** It counts on the link itself: what a kernel would not hand to the station is seen there as well. */
  constructor(host: RealHost, link: InterfaceInfo, station: Station, events: SubscriberEvents) {
    this.#station = station;
    this.mac = station.mac;
    const received = (frame: Uint8Array) => events.arrived(frame);
    this.#port = host.openFramePort({ interface: link.name }, { received });
    const folder = ownFolder(host.node, station.name);
    this.#supplicant = new SupplicantProcess(station.name, folder, {
      authenticated: (account) => events.authenticated(account),
      rejected: (account) => events.rejected(account),
      gone: (why) => host.lifecycle.fail(`wpa_supplicant ended: ${why}`),
    });
  }

  logOn({ account, password }: Credentials): void {
    this.#supplicant.logOn(account, password);
  }

  logOff(): void {
    this.#supplicant.logOff();
  }

  join(group: Ip): void {
    this.#sockets.set(group, joinGroup(this.#station.index, group));
  }

  leave(group: Ip): void {
    const fd = this.#sockets.get(group);
    if (fd !== undefined) closeDescriptor(fd);
    this.#sockets.delete(group);
  }

  rest(): void {}

  close(): void {
    this.#supplicant.end();
    for (const group of [...this.#sockets.keys()]) this.leave(group);
    this.#port.close();
    this.#station.close();
  }
}
