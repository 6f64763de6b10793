/** What the machine asks of whoever drives it. */
import type { Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import type { RecordSink } from '../trace/record.ts';
import type { AccountingStatus, TerminateCause } from '../wire/radius-attribute.ts';

export interface MulticastSink extends RecordSink {
  /** To be answered by `takeAnswer`, once. */
  ask(question: Question): void;
  /** From now on these hosts behind the port, and no others, are to get the group; none: nobody. */
  setMembers(port: string, group: Ip, source: Ip | 'any', hosts: readonly Mac[]): void;
  account(ticket: AccountingTicket): void;
  /** General queries, of both families, to the subscribers behind the port. */
  query(port: string): void;
}

export interface Question {
  readonly request: number;
  readonly server: string;
  readonly account: string;
  readonly port: string;
  readonly mac: Mac;
  readonly group: Ip;
  /** Empty: any. */
  readonly sources: readonly Ip[];
}

export interface AccountingTicket {
  readonly status: AccountingStatus;
  readonly server: string;
  readonly ticket: string;
  readonly account: string;
  readonly port: string;
  readonly mac: Mac;
  readonly group: Ip;
  readonly seconds: number;
  readonly cause?: TerminateCause;
}
