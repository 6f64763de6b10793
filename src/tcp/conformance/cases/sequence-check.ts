/** The same segment in each synchronized state (RFC 9293 3.10.7.4, first to fifth; RFC 5961). */
import type { TcpState } from '../../connection.ts';
import { type ConformanceCase, casesOf } from '../case.ts';
import { inState } from '../openings.ts';

interface Standing {
  readonly state: TcpState;
  /** Where the script stands, RCV.NXT; and the subject, SND.NXT. */
  readonly receive: number;
  readonly send: number;
}

const synchronized: readonly Standing[] = [
  { state: 'established', receive: 1, send: 1 },
  { state: 'fin-wait-1', receive: 1, send: 2 },
  { state: 'fin-wait-2', receive: 1, send: 2 },
  { state: 'close-wait', receive: 2, send: 1 },
  { state: 'closing', receive: 2, send: 2 },
  { state: 'last-ack', receive: 2, send: 2 },
  { state: 'time-wait', receive: 2, send: 2 },
];

const named = (states: readonly TcpState[]) =>
  synchronized.filter(({ state }) => states.includes(state));
const beforeTimeWait = synchronized.filter(({ state }) => state !== 'time-wait');
/** What is said of ESTABLISHED holds for these. */
const likeEstablished = named(['established', 'fin-wait-1', 'fin-wait-2', 'close-wait', 'closing']);
const receiving = named(['established', 'fin-wait-1', 'fin-wait-2']);

interface Situation {
  readonly clause: string;
  readonly says: string;
  readonly states: readonly Standing[];
  readonly play: (at: Standing) => string;
}

const challenge = ({ send, receive, state }: Standing) =>
  `> ack seq ${send} ack ${receive} len 0\nstate ${state}`;

const situations: Readonly<Record<string, Situation>> = {
  'old-data': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'data before the window is answered by an ACK',
    states: synchronized,
    play: (at) => `< ack seq ${at.receive - 1} len 1\n${challenge(at)}`,
  },
  'data-beyond': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'data behind the window is answered by an ACK',
    states: synchronized,
    play: (at) => `< ack seq 100000 len 1\n${challenge(at)}`,
  },
  'rst-exact': {
    clause: 'RFC 9293 3.10.7.4, second',
    says: 'a reset at RCV.NXT ends the connection',
    states: synchronized,
    play: ({ receive }) => `< rst seq ${receive}\nnothing 50ms\nstate closed`,
  },
  'rst-in-window': {
    clause: 'RFC 5961 3.2',
    says: 'a reset elsewhere in the window is challenged by an ACK',
    states: synchronized,
    play: (at) => `< rst seq ${at.receive + 10}\n${challenge(at)}`,
  },
  'rst-outside': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'a reset outside of the window is dropped',
    states: synchronized,
    play: ({ state }) => `< rst seq 100000\nnothing 50ms\nstate ${state}`,
  },
  'rst-old': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'a reset before the window is dropped',
    states: synchronized,
    play: ({ state, receive }) => `< rst seq ${receive - 1}\nnothing 50ms\nstate ${state}`,
  },
  'syn-in-window': {
    clause: 'RFC 5961 4.2',
    says: 'a SYN in the window is challenged by an ACK',
    states: beforeTimeWait,
    play: (at) => `< syn seq ${at.receive + 10}\n${challenge(at)}`,
  },
  'syn-outside': {
    clause: 'RFC 5961 4.2',
    says: 'a SYN outside of the window is challenged by an ACK',
    states: beforeTimeWait,
    play: (at) => `< syn seq 100000\n${challenge(at)}`,
  },
  'no-ack': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'data without an ACK is dropped',
    states: receiving,
    play: ({ state, receive }) =>
      `< none seq ${receive} len 10\nnothing 150ms\nstate ${state}\ntold readable 0`,
  },
  'ack-beyond': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'an ACK of what was not sent is answered by an ACK and dropped',
    states: likeEstablished,
    play: (at) => `< ack seq ${at.receive} ack ${at.send + 1000}\n${challenge(at)}`,
  },
  'ack-far-below': {
    clause: 'RFC 5961 5.2',
    says: 'an ACK older than the largest window is challenged by an ACK',
    states: likeEstablished,
    play: (at) => `< ack seq ${at.receive} ack -70000\n${challenge(at)}`,
  },
  'old-ack': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'a duplicate ACK is ignored',
    states: named(['established', 'close-wait']),
    play: ({ receive, state }) => `< ack seq ${receive} ack 0\nnothing 50ms\nstate ${state}`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'a reset with a wrong checksum is dropped',
    states: synchronized,
    play: ({ state, receive }) => `< rst seq ${receive} bad-checksum\nnothing 50ms\nstate ${state}`,
  },
};

export const sequenceCases: readonly ConformanceCase[] = Object.entries(situations).flatMap(
  ([name, { clause, says, states, play }]) =>
    states.flatMap((at) =>
      casesOf(at.state, {
        [name]: {
          clause,
          says: `In ${at.state.toUpperCase()} ${says}.`,
          script: `${inState(at.state)}\n${play(at)}`,
        },
      }),
    ),
);
