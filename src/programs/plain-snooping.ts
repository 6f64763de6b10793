/** The control: a switch that gives each port what is asked for there, whoever asks (RFC 4541 2.1). */
import type { Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import type { MembershipReport } from '../multicast/report-frame.ts';
import {
  changeFilter,
  isWanted,
  type SourceFilter,
  wantsNothing,
} from '../multicast/source-filter.ts';

export class PlainSnooping {
  /** By port, group and host. */
  readonly #wishes = new Map<string, Map<Ip, Map<Mac, SourceFilter>>>();

  takeReport(port: string, { mac, records }: MembershipReport): void {
    for (const { group, change, sources } of records) {
      const hosts = this.#hostsOf(port, group);
      const filter = changeFilter(hosts.get(mac) ?? wantsNothing, change, sources);
      if (isWanted(filter)) hosts.set(mac, filter);
      else hosts.delete(mac);
    }
  }

  isWanted(port: string, group: Ip): boolean {
    return (this.#wishes.get(port)?.get(group)?.size ?? 0) > 0;
  }

  #hostsOf(port: string, group: Ip): Map<Mac, SourceFilter> {
    const groups = this.#wishes.get(port) ?? new Map<Ip, Map<Mac, SourceFilter>>();
    this.#wishes.set(port, groups);
    const hosts = groups.get(group) ?? new Map<Mac, SourceFilter>();
    groups.set(group, hosts);
    return hosts;
  }
}
