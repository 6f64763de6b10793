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
  #timer: Timer | undefined;

  constructor(host: Host, settings: SourceSettings) {
    this.#host = host;
    this.#settings = settings;
    const link = firstLinkOf(host);
    this.#port = host.openFramePort({ interface: link.name }, { received: () => {} });
    this.#frames = settings.groups.map((group) =>
      buildGroupDatagram(link.mac, sourceFor(group, link), group, payload),
    );
    this.#send();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#port.close();
  }

  #send(): void {
    for (const frame of this.#frames) this.#port.send(frame);
    this.#timer = this.#host.clock.after(this.#settings.intervalNs, () => this.#send());
  }
}
