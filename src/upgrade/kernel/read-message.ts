/** What a client says to the unit, looked at before it is believed: any process of its user may connect. */
import type { NamedSocket, ToUnit } from '../messages.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isSocket: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isCommand: Check = (value) => {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
};
const areSockets: Check = (value) => Array.isArray(value) && value.every(isNamedSocket);
const socketKinds: readonly string[] = [
  'listener',
  'connection',
  'device',
  'stream',
] satisfies NamedSocket['kind'][];

/** The fields that each message has. */
const fieldsOf: Readonly<Record<ToUnit['kind'], Readonly<Record<string, Check>>>> = {
  register: { service: isText, version: isText },
  opened: { sockets: areSockets },
  closed: { socket: isSocket },
  intend: {},
  stopped: {},
  'give-back': { reason: isText },
  prepare: { service: isText, token: isText },
  request: { service: isText, token: isText, version: isText },
  taken: {},
  'ask-upgrade': { service: isText, command: isCommand },
  list: {},
};

/** Undefined: it is no message. */
export function readToUnit(value: unknown): ToUnit | undefined {
  if (!isRecord(value)) return undefined;
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(fieldsOf, kind)) return undefined;
  const fields = Object.entries(fieldsOf[kind as ToUnit['kind']]);
  const isWhole = fields.every(([name, check]) => check(value[name]));
  return isWhole ? (value as unknown as ToUnit) : undefined;
}

function isNamedSocket(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { socket, kind, name } = value;
  return isSocket(socket) && socketKinds.includes(String(kind)) && isText(name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
