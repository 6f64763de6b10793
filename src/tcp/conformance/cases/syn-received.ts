/** What arrives in SYN-RECEIVED (RFC 9293 3.10.7.4). */
import { casesOf } from '../case.ts';
import { inState } from '../openings.ts';

const open = inState('syn-received');

export const synReceivedCases = casesOf('syn-received', {
  ack: {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'An ACK of the SYN establishes the connection.',
    script: `${open}
      < ack
      nothing 50ms
      state established
      told connected`,
  },
  'ack-of-nothing': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'An ACK that is not of the SYN is reset; the connection goes on waiting.',
    script: `${open}
      < ack seq 1 ack 0
      > rst seq 0
      state syn-received`,
  },
  'ack-beyond': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'An ACK of what was not sent is reset; the connection goes on waiting.',
    script: `${open}
      < ack seq 1 ack 2
      > rst seq 2
      state syn-received`,
  },
  'right-ack-after-wrong': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'After a wrong ACK was reset, the right one still establishes the connection.',
    script: `${open}
      < ack seq 1 ack 500
      > rst seq 500
      < ack seq 1 ack 1
      state established`,
  },
  'rst-exact': {
    clause: 'RFC 9293 3.10.7.4, second',
    says: 'A reset at RCV.NXT returns a passive opening to LISTEN, and the user hears nothing.',
    script: `${open}
      < rst seq 1
      nothing 50ms
      state listen
      told nothing-of connected`,
  },
  'rst-in-window': {
    clause: 'RFC 5961 3.2',
    says: 'A reset elsewhere in the window is challenged by an ACK.',
    script: `${open}
      < rst seq 100
      > ack seq 1 ack 1
      state syn-received`,
  },
  'rst-outside': {
    clause: 'RFC 9293 3.10.7.4, second',
    says: 'A reset outside of the window is dropped.',
    script: `${open}
      < rst seq 100000
      nothing 50ms
      state syn-received`,
  },
  'syn-repeated': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'The same SYN again is not acceptable: it is answered by an ACK.',
    script: `${open}
      < syn seq 0 mss 1460
      > ack seq 1 ack 1
      state syn-received`,
  },
  'syn-in-window': {
    clause: 'RFC 9293 3.10.7.4, fourth',
    says: 'A SYN inside of the window returns a passive opening to LISTEN.',
    script: `${open}
      < syn seq 1 mss 1460
      pass 50ms
      state listen`,
  },
  'data-outside': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'Data outside of the window is answered by an ACK.',
    script: `${open}
      < ack seq 100000 len 10
      > ack seq 1 ack 1`,
  },
  'no-ack': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'A segment without an ACK is dropped.',
    script: `${open}
      < none seq 1 len 10
      nothing 50ms
      state syn-received`,
  },
  'data-with-ack': {
    clause: 'RFC 9293 3.10.7.4, fifth and seventh',
    says: 'Data that comes with the ACK of the SYN is taken.',
    script: `${open}
      < ack len 100
      > ack ack 101
      state established
      read 100`,
  },
  'fin-with-ack': {
    clause: 'RFC 9293 3.10.7.4, eighth',
    says: 'A FIN that comes with the ACK of the SYN leads to CLOSE-WAIT.',
    script: `${open}
      < fin+ack
      > ack seq 1 ack 2
      state close-wait`,
  },
  retransmission: {
    clause: 'RFC 6298 2.1, 5.5',
    says: 'A SYN-ACK without an answer is repeated after a second, and then after two.',
    script: `${open}
      > syn+ack seq 0 ack 1 after 900ms within 1300ms
      > syn+ack seq 0 ack 1 after 1800ms within 2600ms`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'An ACK with a wrong checksum is dropped.',
    script: `${open}
      < ack bad-checksum
      nothing 50ms
      state syn-received`,
  },
});
