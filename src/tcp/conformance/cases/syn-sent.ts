/** What arrives in SYN-SENT (RFC 9293 3.10.7.3), and how SYNs are sent. */
import { casesOf } from '../case.ts';
import { inState } from '../openings.ts';

const clause = 'RFC 9293 3.10.7.3';
const open = inState('syn-sent');

export const synSentCases = casesOf('syn-sent', {
  'ack-of-nothing': {
    clause,
    says: 'An ACK at or below the ISS is unacceptable: it is reset, and the SYN stands.',
    script: `${open}
      < ack seq 1 ack 0
      > rst seq 0
      state syn-sent`,
  },
  'ack-beyond': {
    clause,
    says: 'An ACK of what was not sent is unacceptable: it is reset, and the SYN stands.',
    script: `${open}
      < ack seq 1 ack 2
      > rst seq 2
      state syn-sent`,
  },
  'syn-ack-of-nothing': {
    clause,
    says: 'A SYN-ACK of an older connection is reset, and the SYN stands.',
    script: `${open}
      < syn+ack ack 0
      > rst seq 0
      state syn-sent`,
  },
  'syn-ack-beyond': {
    clause,
    says: 'A SYN-ACK of what was not sent is reset, and the SYN stands.',
    script: `${open}
      < syn+ack ack 1000
      > rst seq 1000
      state syn-sent`,
  },
  'rst-ack': {
    clause,
    says: 'A reset that acknowledges the SYN refuses the connection.',
    script: `${open}
      < rst+ack seq 0 ack 1
      nothing 50ms
      told closed refused
      state closed`,
  },
  'rst-alone': {
    clause,
    says: 'A reset without an ACK proves nothing and is dropped.',
    script: `${open}
      < rst seq 0
      nothing 50ms
      state syn-sent`,
  },
  'rst-ack-of-nothing': {
    clause,
    says: 'A reset with an unacceptable ACK is dropped, and not answered.',
    script: `${open}
      < rst+ack seq 0 ack 0
      nothing 50ms
      state syn-sent`,
  },
  'rst-ack-beyond': {
    clause,
    says: 'A reset that acknowledges what was not sent is dropped.',
    script: `${open}
      < rst+ack seq 0 ack 2
      nothing 50ms
      state syn-sent`,
  },
  'ack-alone': {
    clause,
    says: 'An acceptable ACK without a SYN opens nothing.',
    script: `${open}
      < ack seq 1 ack 1
      nothing 50ms
      state syn-sent`,
  },
  'fin-ack': {
    clause: 'RFC 9293 3.10.7.4, eighth',
    says: 'A FIN is not processed in SYN-SENT.',
    script: `${open}
      < fin+ack seq 1 ack 1
      nothing 50ms
      state syn-sent`,
  },
  'nothing-set': {
    clause,
    says: 'A segment with neither SYN nor RST is dropped.',
    script: `${open}
      < none seq 1 len 10
      nothing 50ms
      state syn-sent`,
  },
  'syn-ack': {
    clause,
    says: 'A SYN-ACK is acknowledged, and the connection is established.',
    script: `${open}
      < syn+ack mss 1460
      > ack seq 1 ack 1
      state established
      told connected`,
  },
  'syn-ack-with-data': {
    clause,
    says: 'Data that comes with the SYN-ACK is kept, or comes again.',
    script: `${open}
      < syn+ack mss 1460 len 100
      > ack seq 1
      < ack seq 1 len 100
      pass 600ms
      read 100`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'A SYN-ACK with a wrong checksum is dropped.',
    script: `${open}
      < syn+ack mss 1460 bad-checksum
      nothing 50ms
      state syn-sent`,
  },
  'simultaneous-open': {
    clause: 'RFC 9293 3.5, figure 8',
    says: 'SYNs that cross: a SYN-ACK goes out, and theirs establishes the connection.',
    script: `${open}
      < syn mss 1460
      > syn+ack seq 0 ack 1
      state syn-received
      < syn+ack seq 0 ack 1
      pass 50ms
      state established`,
  },
  'simultaneous-open-by-ack': {
    clause: 'RFC 9293 3.10.7.4, fifth',
    says: 'SYNs that cross: a plain ACK establishes the connection as well.',
    script: `${open}
      < syn mss 1460
      > syn+ack seq 0 ack 1
      < ack seq 1 ack 1
      pass 50ms
      state established
      told connected`,
  },
  'simultaneous-open-reset': {
    clause: 'RFC 9293 3.10.7.4, second',
    says: 'After SYNs crossed, a reset refuses the connection that we opened.',
    script: `${open}
      < syn mss 1460
      > syn+ack seq 0 ack 1
      < rst seq 1
      nothing 50ms
      state closed
      told closed refused`,
  },
  'old-duplicate-syn-ack': {
    clause: 'RFC 9293 3.5, figure 9',
    says: 'After an old duplicate was reset, the right SYN-ACK still opens.',
    script: `${open}
      < syn+ack ack 700
      > rst seq 700
      < syn+ack seq 0 ack 1 mss 1460
      > ack seq 1 ack 1
      state established`,
  },
  'offers-mss': {
    clause: 'RFC 9293 3.7.1 SHLD-5',
    says: 'The SYN says how large a segment may be: the MTU less the fixed headers.',
    script: `connect
      > syn seq 0 mss $linkMss`,
  },
  'offers-options': {
    clause: 'RFC 7323 2.2, 3.2, RFC 2018 2',
    says: 'The SYN offers window scale, timestamps and SACK.',
    script: `connect
      > syn seq 0 ws ts sack-ok`,
  },
  'echoes-nothing': {
    clause: 'RFC 7323 3.2',
    says: 'The SYN has no timestamp to echo yet: zero.',
    script: `connect
      > syn seq 0 ts ecr 0`,
  },
  retransmission: {
    clause: 'RFC 6298 2.1, 5.5',
    says: 'A SYN without an answer is repeated after a second, and then after two.',
    script: `connect
      > syn seq 0
      > syn seq 0 after 900ms within 1300ms
      > syn seq 0 after 1800ms within 2600ms`,
  },
  close: {
    clause: 'RFC 9293 3.10.4',
    says: 'A close before an answer gives up without a segment.',
    script: `${open}
      release
      nothing 1500ms
      state closed`,
  },
  abort: {
    clause: 'RFC 9293 3.10.5',
    says: 'An abort before an answer gives up without a segment.',
    script: `${open}
      abort
      nothing 1500ms
      state closed`,
  },
  'port-unreachable': {
    clause: 'RFC 9293 3.9.2.2',
    says: 'An ICMP error that says that no such port is there ends the attempt.',
    family: 4,
    script: `${open}
      icmp port-unreachable
      nothing 1500ms
      state closed`,
  },
  'data-waits': {
    clause: 'RFC 9293 3.10.2',
    says: 'What is written before the answer goes out after it.',
    script: `connect
      > syn seq 0
      write 100
      < syn+ack mss 1460
      > ack seq 1 ack 1
      pass 100ms
      < ack ack 101
      nothing 1500ms`,
  },
});
