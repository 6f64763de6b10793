/**
 * The table of what a kernel lets one do to a living socket, and of what is done therefore. `meetsClaim`: the
 * application's own getsockname() and the wire agree on the chosen link, in both directions. A path that moves
 * while the address stays is `path-only`, which never counts as moved.
 */
import type { SocketProtocol, SocketStanding } from './socket-identity.ts';

export const mechanisms = [
  'rebind',
  'mark',
  'device',
  'subflow',
  'replace',
  'reset',
  'none',
] as const;
export type Mechanism = (typeof mechanisms)[number];

export type Effect = 'moved' | 'path-only' | 'untouched' | 'closed';

export interface MechanismRow {
  readonly id: string;
  readonly socket: string;
  readonly mechanism: Mechanism;
  readonly does: string;
  readonly effect: Effect;
}

export const mechanismTable = [
  {
    id: 'udp-connected-free-port',
    socket: 'UDP, connected, port chosen by the kernel',
    mechanism: 'rebind',
    does: 'connect to nowhere, bind to the new address and the same port, connect',
    effect: 'moved',
  },
  {
    id: 'udp-connected-own-port',
    socket: 'UDP, connected, port bound by the application',
    mechanism: 'mark',
    does: 'a mark, and a rule that leads marked packets by the link; its address stays',
    effect: 'path-only',
  },
  {
    id: 'udp-unconnected-free-port',
    socket: 'UDP, unconnected, port chosen by the kernel',
    mechanism: 'rebind',
    does: 'connect to nowhere, bind to the new address and the same port',
    effect: 'moved',
  },
  {
    id: 'udp-unconnected-own-port',
    socket: 'UDP, unconnected, port bound by the application, any address',
    mechanism: 'device',
    does: 'bound to the device: packets leave with its address; getsockname() stays as it was',
    effect: 'path-only',
  },
  {
    id: 'udp-unconnected-own-address',
    socket: 'UDP, unconnected, address and port bound by the application',
    mechanism: 'mark',
    does: 'a mark, and a rule that leads marked packets by the link; its address stays',
    effect: 'path-only',
  },
  {
    id: 'tcp-established',
    socket: 'TCP, established',
    mechanism: 'mark',
    does: 'a mark: the path out moves, the address and the path back stay',
    effect: 'path-only',
  },
  {
    id: 'tcp-listening',
    socket: 'TCP, listening',
    mechanism: 'none',
    does: 'it sends nothing; who is accepted answers from the address that he was called by',
    effect: 'untouched',
  },
  {
    id: 'mptcp-connected',
    socket: 'MPTCP, established',
    mechanism: 'subflow',
    does: 'a subflow on the new link; the one on the old link is dropped once that one stands',
    effect: 'moved',
  },
  {
    id: 'own-udp',
    socket: 'our stack: UDP',
    mechanism: 'replace',
    does: 'the source address in the description is replaced',
    effect: 'moved',
  },
  {
    id: 'own-tcp-unconnected',
    socket: 'our stack: TCP, not yet connected',
    mechanism: 'replace',
    does: 'the source address in the description is replaced',
    effect: 'moved',
  },
  {
    id: 'own-tcp-established',
    socket: 'our stack: TCP, established',
    mechanism: 'none',
    does: 'nothing: the peer knows the address; a reset is offered',
    effect: 'untouched',
  },
  {
    id: 'own-mptcp',
    socket: 'our stack: MPTCP, established',
    mechanism: 'subflow',
    does: 'the subflow on the new link carries, and those on others only while it does not',
    effect: 'moved',
  },
] as const satisfies readonly MechanismRow[];

export type MechanismId = (typeof mechanismTable)[number]['id'];

/** What must never be done, since the connection does not survive it; shown by the same test. */
export const forbidden = [
  {
    socket: 'UDP, connected',
    does: 'bound to the device alone',
    result: 'broken: replies are dropped',
  },
  { socket: 'TCP, established', does: 'bound to the device', result: 'killed' },
  {
    socket: 'TCP, established',
    does: 'bind to the new address',
    result: 'EINVAL, nothing happens',
  },
] as const;

export function mechanismRow(id: MechanismId): MechanismRow {
  return mechanismTable.find((row) => row.id === id)!;
}

export function meetsClaim({ effect }: MechanismRow): boolean {
  return effect === 'moved';
}

export interface SocketFacts {
  readonly protocol: SocketProtocol;
  readonly standing: SocketStanding;
  readonly hasOwnAddress: boolean;
  /** Undefined: it is found out by trying, and undone where it was wrong. */
  readonly hasOwnPort: boolean | undefined;
}

/** For a socket of the kernel. */
export function chooseMechanism(facts: SocketFacts): MechanismId {
  const { protocol, standing, hasOwnAddress, hasOwnPort = false } = facts;
  if (standing === 'listening') return 'tcp-listening';
  if (protocol === 'mptcp') return 'mptcp-connected';
  if (protocol === 'tcp') return 'tcp-established';
  if (standing === 'connected') {
    return hasOwnPort ? 'udp-connected-own-port' : 'udp-connected-free-port';
  }
  if (!hasOwnPort) return 'udp-unconnected-free-port';
  return hasOwnAddress ? 'udp-unconnected-own-address' : 'udp-unconnected-own-port';
}

/** For a socket of our own stack. */
export function chooseOwnMechanism({ protocol, standing }: SocketFacts): MechanismId {
  if (protocol === 'udp') return 'own-udp';
  if (standing === 'unconnected') return 'own-tcp-unconnected';
  return protocol === 'mptcp' ? 'own-mptcp' : 'own-tcp-established';
}
