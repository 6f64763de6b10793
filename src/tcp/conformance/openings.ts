/** How a case comes to the state it is about. The script's next number is then 1 (2 after its FIN), as theirs. */
import type { TcpState } from '../connection.ts';

/** What both sides have in common today. */
export const modernSyn = 'mss 1460 sack-ok ts ws 7';

/** `window`: of their first ACK, as it stands on the wire. */
export function established(synOptions = 'mss 1460', window = 65_535): string {
  return `
    listen
    < syn ${synOptions}
    > syn+ack seq 0 ack 1
    < ack win ${window}
    told connected`;
}

/** It opened, towards us. */
export function establishedActively(synOptions = 'mss 1460'): string {
  return `
    connect
    > syn seq 0
    < syn+ack ${synOptions}
    > ack seq 1 ack 1
    told connected`;
}

/** A connection in the state, opened passively but for `syn-sent`. */
export function inState(state: TcpState, synOptions = 'mss 1460'): string {
  const open = established(synOptions);
  switch (state) {
    case 'closed':
      return '';
    case 'listen':
      return 'listen';
    case 'syn-sent':
      return 'connect\n> syn seq 0\nstate syn-sent';
    case 'syn-received':
      return `listen\n< syn ${synOptions}\n> syn+ack seq 0 ack 1\nstate syn-received`;
    case 'established':
      return `${open}\nstate established`;
    case 'fin-wait-1':
      return `${open}\nclose\n> fin+ack seq 1 ack 1\nstate fin-wait-1`;
    case 'fin-wait-2':
      return `${inState('fin-wait-1', synOptions)}\n< ack ack 2\nstate fin-wait-2`;
    case 'close-wait':
      return `${open}\n< fin+ack\n> ack seq 1 ack 2\nstate close-wait`;
    case 'closing':
      return `${inState('fin-wait-1', synOptions)}\n< fin+ack ack 1\n> ack seq 2 ack 2\nstate closing`;
    case 'last-ack':
      return `${inState('close-wait', synOptions)}\nclose\n> fin+ack seq 1 ack 2\nstate last-ack`;
    case 'time-wait':
      return `${inState('fin-wait-2', synOptions)}\n< fin+ack\n> ack seq 2 ack 2\nstate time-wait`;
  }
}
