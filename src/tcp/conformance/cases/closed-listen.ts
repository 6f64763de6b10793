/** Segments where no connection is (RFC 9293 3.10.7.1) and where one is awaited (3.10.7.2). */
import { casesOf } from '../case.ts';

const closed = 'RFC 9293 3.10.7.1';
const listen = 'RFC 9293 3.10.7.2';

export const closedCases = casesOf('closed', {
  syn: {
    clause: closed,
    says: 'A SYN to a port where nobody listens is reset; the reset acknowledges it.',
    script: `< syn mss 1460
      > rst+ack seq 0 ack 1`,
  },
  'syn-with-data': {
    clause: closed,
    says: 'The reset acknowledges the data of the SYN as well.',
    script: `< syn len 100
      > rst+ack seq 0 ack 101`,
  },
  ack: {
    clause: closed,
    says: 'An ACK is reset, with its acknowledgement number as sequence.',
    script: `< ack seq 5 ack 1000
      > rst seq 1000`,
  },
  'syn-ack': {
    clause: closed,
    says: 'A SYN-ACK that nobody asked for is reset.',
    script: `< syn+ack ack 1000
      > rst seq 1000`,
  },
  'fin-ack': {
    clause: closed,
    says: 'A FIN with an ACK is reset, with its acknowledgement number as sequence.',
    script: `< fin+ack seq 5 ack 1000
      > rst seq 1000`,
  },
  fin: {
    clause: closed,
    says: 'A FIN without an ACK is reset; the reset acknowledges it.',
    script: `< fin seq 5
      > rst+ack seq 0 ack 6`,
  },
  'data-without-ack': {
    clause: closed,
    says: 'Data without an ACK is reset; the reset acknowledges it.',
    script: `< none seq 5 len 10
      > rst+ack seq 0 ack 15`,
  },
  'data-with-ack': {
    clause: closed,
    says: 'Data with an ACK is reset, with its acknowledgement number as sequence.',
    script: `< ack seq 5 ack 77 len 10
      > rst seq 77`,
  },
  rst: {
    clause: closed,
    says: 'A reset is never answered.',
    script: `< rst seq 5
      nothing 100ms`,
  },
  'rst-ack': {
    clause: closed,
    says: 'A reset with an ACK is never answered.',
    script: `< rst+ack seq 5 ack 1000
      nothing 100ms`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'A segment with a wrong checksum is not even reset.',
    script: `< syn mss 1460 bad-checksum
      nothing 100ms`,
  },
});

export const listenCases = casesOf('listen', {
  syn: {
    clause: listen,
    says: 'A SYN is answered by a SYN-ACK.',
    script: `listen
      < syn mss 1460
      > syn+ack seq 0 ack 1
      state syn-received`,
  },
  rst: {
    clause: listen,
    says: 'A reset is ignored.',
    script: `listen
      < rst
      nothing 100ms
      state listen`,
  },
  'rst-syn': {
    clause: listen,
    says: 'Of a reset with a SYN the reset is looked at first, and ignored.',
    script: `listen
      < rst+syn
      nothing 100ms
      state listen`,
  },
  ack: {
    clause: listen,
    says: 'Any acknowledgement is too early and is reset.',
    script: `listen
      < ack seq 1 ack 500
      > rst seq 500
      state listen`,
  },
  'syn-ack': {
    clause: listen,
    says: 'Of a SYN-ACK the ACK is looked at first: it is reset.',
    script: `listen
      < syn+ack ack 500
      > rst seq 500
      state listen`,
  },
  'fin-ack': {
    clause: listen,
    says: 'A FIN with an ACK is reset for its ACK.',
    script: `listen
      < fin+ack seq 1 ack 500
      > rst seq 500`,
  },
  fin: {
    clause: listen,
    says: 'A FIN alone is dropped.',
    script: `listen
      < fin seq 1
      nothing 100ms
      state listen`,
  },
  'data-without-ack': {
    clause: listen,
    says: 'Text without a SYN and an ACK is dropped.',
    script: `listen
      < none seq 1 len 10
      nothing 100ms
      state listen`,
  },
  'syn-fin': {
    clause: listen,
    says: 'A FIN that comes with the SYN is for later: the SYN is answered.',
    script: `listen
      < syn+fin mss 1460
      > syn+ack seq 0`,
  },
  'syn-with-data': {
    clause: listen,
    says: 'Data that comes with the SYN is kept, or comes again: it reaches the user once.',
    script: `listen
      < syn mss 1460 len 100
      > syn+ack seq 0
      < ack seq 1 len 100
      pass 600ms
      read 100`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'A SYN with a wrong checksum is dropped.',
    script: `listen
      < syn mss 1460 bad-checksum
      nothing 100ms
      state listen`,
  },
  'unknown-option': {
    clause: 'RFC 9293 3.1 MUST-6',
    says: 'An option of an unknown kind is passed over.',
    script: `listen
      < syn mss 1460 unknown-option
      > syn+ack seq 0 ack 1
      < ack
      told connected`,
  },
  'no-options': {
    clause: 'RFC 9293 3.7.1',
    says: 'A SYN without any option is as good.',
    script: `listen
      < syn
      > syn+ack seq 0 ack 1 no-ws no-ts no-sack-ok
      < ack
      told connected`,
  },
  'syn-ece-cwr-unknown-reserved': {
    clause: 'RFC 3168 6.1.1.1',
    says: 'A SYN that offers ECN is answered whether or not ECN is taken.',
    script: `listen
      < syn+ece+cwr mss 1460
      > syn+ack/ece seq 0 ack 1`,
  },
});
