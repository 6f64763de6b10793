/** Explicit congestion notification (RFC 3168 6.1). */
import { casesOf } from '../case.ts';
import { established } from '../openings.ts';

const marking = `listen
      < syn+ece+cwr mss 1460
      > syn+ack+ece seq 0 ack 1
      < ack
      told connected`;

const asking = `connect
      > syn+ece+cwr seq 0`;

export const ecnCases = casesOf('ecn', {
  accepted: {
    clause: 'RFC 3168 6.1.1',
    says: 'An ECN-setup SYN is answered by an ECN-setup SYN-ACK: ECE without CWR.',
    script: marking,
  },
  'not-offered': {
    clause: 'RFC 3168 6.1.1',
    says: 'A plain SYN is answered by a plain SYN-ACK.',
    script: `listen
      < syn mss 1460
      > syn+ack`,
  },
  'half-offered': {
    clause: 'RFC 3168 6.1.1',
    says: 'A SYN with ECE alone offers no ECN.',
    script: `listen
      < syn+ece mss 1460
      > syn+ack`,
  },
  asked: {
    clause: 'RFC 3168 6.1.1',
    says: 'Who asks for ECN sends ECE and CWR on the SYN, and no ECT.',
    settings: { requestsEcn: true },
    script: `connect
      > syn+ece+cwr not-ect`,
  },
  'asked-and-taken': {
    clause: 'RFC 3168 6.1.2',
    says: 'Where ECN was agreed on, data is sent as ECN-capable.',
    settings: { requestsEcn: true },
    script: `${asking}
      < syn+ack+ece mss 1460
      > ack
      write 100
      > ack seq 1 len 100 ect0`,
  },
  'asked-and-refused': {
    clause: 'RFC 3168 6.1.1',
    says: 'A SYN-ACK without ECE refuses: data is not ECN-capable.',
    settings: { requestsEcn: true },
    script: `${asking}
      < syn+ack mss 1460
      > ack
      write 100
      > ack seq 1 len 100 not-ect`,
  },
  'asked-and-reflected': {
    clause: 'RFC 3168 6.1.1',
    says: 'A SYN-ACK with both bits is a broken mirror and refuses.',
    settings: { requestsEcn: true },
    script: `${asking}
      < syn+ack+ece+cwr mss 1460
      > ack/cwr
      write 100
      > ack seq 1 len 100 not-ect`,
  },
  'not-agreed': {
    clause: 'RFC 3168 6.1.2',
    says: 'Without agreement data is not ECN-capable.',
    script: `${established()}
      write 100
      > ack seq 1 len 100 not-ect`,
  },
  'agreed-passively': {
    clause: 'RFC 3168 6.1.2',
    says: 'Who accepted ECN sends data as ECN-capable.',
    script: `${marking}
      write 100
      > ack seq 1 len 100 ect0`,
  },
  'pure-ack': {
    clause: 'RFC 3168 6.1.4',
    says: 'An ACK without data is not ECN-capable.',
    script: `${marking}
      < ack len 100 ect0
      > ack ack 101 len 0 not-ect`,
  },
  'ce-is-echoed': {
    clause: 'RFC 3168 6.1.3',
    says: 'A marked segment is answered with ECE.',
    script: `${marking}
      < ack len 100 ce
      > ack+ece ack 101`,
  },
  'ce-is-echoed-until-cwr': {
    clause: 'RFC 3168 6.1.3',
    says: 'ECE goes on until CWR comes.',
    script: `${marking}
      < ack len 100 ce
      > ack+ece ack 101
      < ack len 100 ect0
      > ack+ece ack 201
      < ack+cwr len 100 ect0
      > ack ack 301`,
  },
  'ce-without-agreement': {
    clause: 'RFC 3168 6.1.3',
    says: 'Without agreement a mark is not echoed.',
    script: `${established()}
      < ack len 100 ce
      > ack ack 101`,
  },
  'ece-makes-cwr': {
    clause: 'RFC 3168 6.1.2',
    says: 'ECE on an ACK is answered by CWR on the next new data.',
    script: `${marking}
      write 1000
      > ack seq 1 len 1000
      < ack+ece ack 1001
      write 1000
      > ack+cwr seq 1001 len 1000
      < ack ack 2001
      write 1000
      > ack seq 2001 len 1000`,
  },
  retransmission: {
    clause: 'RFC 3168 6.1.5',
    says: 'What is sent again is not ECN-capable.',
    script: `${marking}
      write 1000
      > ack seq 1 len 1000 ect0
      > ack seq 1 len 1000 not-ect within 1500ms`,
  },
  'fin-and-syn': {
    clause: 'RFC 3168 6.1.1',
    says: 'A SYN-ACK is not ECN-capable.',
    script: `listen
      < syn+ece+cwr mss 1460
      > syn+ack+ece not-ect`,
  },
});
