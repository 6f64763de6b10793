/** Sends to each of its groups, again and again, whether or not anybody has it. */
import type { FramePort, Host, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { readSourceSettings, type SourceSettings } from './access-settings.ts';
import { firstLinkOf, sourceFor } from './first-link.ts';
import { buildGroupDatagram } from './group-datagram.ts';

const payload = new Uint8Array(1_000);

export const startMulticastSource: StartProgram = (host, given) => {
  const source = new MulticastSource(host, readSourceSettings(given));
  host.lifecycle.ready();
  return { stop: () => source.stop() };
};

class MulticastSource {
  readonly #host: Host;
  readonly #settings: SourceSettings;
  readonly #port: FramePort;
  readonly #frames: readonly Uint8Array[];
  #dueNs: number;
  #timer: Timer | undefined;

  constructor(host: Host, settings: SourceSettings) {
    this.#host = host;
    this.#settings = settings;
    const link = firstLinkOf(host);
    this.#port = host.openFramePort({ interface: link.name }, { received: () => {} });
    this.#frames = settings.groups.map((group) =>
      buildGroupDatagram(link.mac, sourceFor(group, link), group, payload),
    );
    this.#dueNs = host.clock.nowNs();
    this.#send();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#port.close();
  }

  /** What a timer is late by is not added up: so many are sent in a second as were asked for. */
  #send(): void {
    for (const frame of this.#frames) this.#port.send(frame);
    this.#dueNs += this.#settings.intervalNs;
    const { clock } = this.#host;
    const delayNs = Math.max(0, this.#dueNs - clock.nowNs());
    this.#timer = clock.after(delayNs, () => this.#send());
  }
}
