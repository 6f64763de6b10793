/** What is said to a RADIUS server of a question and of a membership, and read from what it asks for. */
import { formatIp, parseIp } from '../base/address.ts';
import { formatMac, parseMac } from '../base/mac.ts';
import type { RadiusAttribute, RadiusPacket } from '../wire/radius.ts';
import {
  accountingStatus,
  numberAttribute,
  radiusType,
  ropewalkType,
  serviceType,
  terminateCause,
  textAttribute,
  textOf,
  vendorAttribute,
  vendorTextsOf,
} from '../wire/radius-attribute.ts';
import type { Answer, Target } from './answer.ts';
import type { AccountingTicket, Question } from './sink.ts';

/** May this account have this group? Nobody's password is in it: the server knows whom it authenticated. */
export function wordsOfQuestion(question: Question, switchName: string): RadiusAttribute[] {
  return [
    ...wordsOfPlace(question, switchName),
    numberAttribute(radiusType.serviceType, serviceType.authorizeOnly),
    vendorAttribute(ropewalkType.multicastGroup, formatIp(question.group)),
    ...question.sources.map((source) =>
      vendorAttribute(ropewalkType.multicastSource, formatIp(source)),
    ),
  ];
}

export function wordsOfTicket(ticket: AccountingTicket, switchName: string): RadiusAttribute[] {
  const { status, seconds, cause } = ticket;
  return [
    ...wordsOfPlace(ticket, switchName),
    numberAttribute(radiusType.accountingStatus, accountingStatus[status]),
    textAttribute(radiusType.accountingSession, ticket.ticket),
    vendorAttribute(ropewalkType.multicastGroup, formatIp(ticket.group)),
    ...(status === 'start' ? [] : [numberAttribute(radiusType.accountingSeconds, seconds)]),
    ...(cause ? [numberAttribute(radiusType.terminateCause, terminateCause[cause])] : []),
  ];
}

/** How a host answered a challenge of MD5 (RFC 3748 5.4), which is what CHAP answers (RFC 2865 5.3, 5.40). */
export interface ChapAnswer {
  readonly identifier: number;
  readonly challenge: Uint8Array;
  readonly digest: Uint8Array;
}

export function wordsOfLogOn(
  place: Pick<Question, 'account' | 'mac' | 'port'>,
  { identifier, challenge, digest }: ChapAnswer,
  switchName: string,
): RadiusAttribute[] {
  return [
    ...wordsOfPlace(place, switchName),
    { type: radiusType.chapPassword, value: Uint8Array.of(identifier, ...digest) },
    { type: radiusType.chapChallenge, value: challenge },
  ];
}

/** The port's name stands before the MAC, which RFC 3580 3.21 spells in capitals with hyphens. */
function wordsOfPlace(
  { account, mac, port }: Pick<Question, 'account' | 'mac' | 'port'>,
  switchName: string,
): RadiusAttribute[] {
  const station = formatMac(mac).replaceAll(':', '-').toUpperCase();
  return [
    textAttribute(radiusType.userName, account),
    textAttribute(radiusType.nasIdentifier, switchName),
    textAttribute(radiusType.nasPortName, port),
    textAttribute(radiusType.callingStation, station),
  ];
}

export function readAnswer(packet: RadiusPacket | undefined): Answer {
  if (packet === undefined) return 'unanswered';
  return packet.code === 'access-accept' ? 'accept' : 'reject';
}

/** Whom a CoA- or Disconnect-Request means; undefined: it names nobody, or what can't be read (RFC 5176 3). */
export function readTarget(packet: RadiusPacket): Target | undefined {
  const account = textOf(packet, radiusType.userName);
  const station = textOf(packet, radiusType.callingStation)?.replaceAll('-', ':');
  const [groupText] = vendorTextsOf(packet, ropewalkType.multicastGroup);
  const mac = station === undefined ? undefined : parseMac(station);
  const group = groupText === undefined ? undefined : parseIp(groupText);
  if (account === undefined && station === undefined) return undefined;
  if (station !== undefined && mac === undefined) return undefined;
  if (groupText !== undefined && group === undefined) return undefined;
  return { account, mac, group };
}
