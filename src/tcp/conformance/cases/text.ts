/** Data that arrives: in order, twice, over itself, early (RFC 9293 3.10.7.4 seventh, RFC 5681 4.2, RFC 2018, RFC 2883). */
import { casesOf } from '../case.ts';
import { established } from '../openings.ts';

const seventh = 'RFC 9293 3.10.7.4, seventh';
const sack = 'mss 1460 sack-ok';
const stamped = 'mss 1460 sack-ok ts';

export const textCases = casesOf('text', {
  'in-order': {
    clause: seventh,
    says: 'Data in order is acknowledged and delivered.',
    script: `${established()}
      < ack len 100
      > ack seq 1 ack 101 len 0
      read 100`,
  },
  'delayed-ack-bound': {
    clause: 'RFC 9293 3.8.6.3 MUST-40',
    says: 'An ACK is delayed for less than half a second.',
    script: `${established()}
      < ack len 100
      > ack ack 101 within 499ms`,
  },
  'ack-every-second-segment': {
    clause: 'RFC 9293 3.8.6.3 SHLD-19',
    says: 'Every second full segment is acknowledged at once.',
    script: `${established('mss 1000')}
      < ack len 1460
      < ack len 1460
      pass 30ms
      < ack ack 1
      nothing 300ms
      told readable 2920`,
  },
  'no-ack-of-ack': {
    clause: 'RFC 9293 3.10.7.4',
    says: 'An ACK that brings nothing is not acknowledged.',
    script: `${established()}
      < ack
      < ack
      nothing 600ms`,
  },
  'ack-rides-on-data': {
    clause: 'RFC 9293 3.8.6.3',
    says: 'Data that goes out carries the ACK of what came.',
    script: `${established()}
      < ack len 100
      write 100
      pass 100ms
      < ack ack 101
      nothing 600ms`,
  },
  duplicate: {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'A segment that was delivered already is acknowledged and not delivered again.',
    script: `${established()}
      < ack len 100
      > ack ack 101
      < ack seq 1 len 100
      > ack ack 101
      told readable 100`,
  },
  'overlap-left': {
    clause: seventh,
    says: 'Of a segment that is half old the new half is delivered.',
    script: `${established()}
      < ack len 100
      > ack ack 101
      < ack seq 51 len 100
      > ack ack 151
      read 150`,
  },
  reordered: {
    clause: 'RFC 9293 3.10.7.4, first SHLD-31',
    says: 'Segments out of order are kept, and delivered in order.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1
      told readable 0
      < ack seq 1 len 100
      > ack ack 201
      read 200`,
  },
  'overlap-early': {
    clause: seventh,
    says: 'Early segments that overlap each other are delivered once.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1
      < ack seq 151 len 100
      > ack ack 1
      < ack seq 51 len 100
      > ack ack 1
      < ack seq 1 len 60
      > ack ack 251
      read 250`,
  },
  'early-inside-kept': {
    clause: seventh,
    says: 'A segment inside of what was kept changes nothing.',
    script: `${established()}
      < ack seq 101 len 300
      > ack ack 1
      < ack seq 151 len 50
      > ack ack 1
      < ack seq 1 len 100
      > ack ack 401
      read 400`,
  },
  'hole-is-acked-at-once': {
    clause: 'RFC 5681 4.2',
    says: 'A segment behind a hole is answered at once.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1 within 10ms`,
  },
  'filled-hole-is-acked-at-once': {
    clause: 'RFC 5681 4.2',
    says: 'A segment that fills a hole is acknowledged at once.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1 within 10ms
      < ack seq 1 len 100
      > ack ack 201 within 10ms`,
  },
  'three-duplicates': {
    clause: 'RFC 5681 4.2',
    says: 'Each segment behind a hole makes an ACK of its own.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1
      < ack seq 201 len 100
      > ack ack 1
      < ack seq 301 len 100
      > ack ack 1`,
  },
  urgent: {
    clause: 'RFC 9293 3.8.5 MUST-30',
    says: 'Urgent data is taken.',
    script: `${established()}
      < ack+urg urg 100 len 100
      > ack ack 101`,
  },
  wraps: {
    clause: 'RFC 9293 3.4',
    says: 'Sequence numbers wrap, and the stream goes on.',
    script: `${established()}
      < ack len 1400
      > ack ack 1401
      read 1400
      < ack len 1400
      > ack ack 2801
      read 1400`,
  },
  'sack-of-hole': {
    clause: 'RFC 2018 4',
    says: 'An ACK before a hole tells what came behind it.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201`,
  },
  'sack-not-agreed': {
    clause: 'RFC 2018 4',
    says: 'Without permission there are no SACK blocks.',
    script: `${established()}
      < ack seq 101 len 100
      > ack ack 1 no-sack`,
  },
  'sack-newest-first': {
    clause: 'RFC 2018 4',
    says: 'The first block is the one that the newest segment belongs to.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 301 len 100
      > ack ack 1 sack 301-401,101-201
      < ack seq 501 len 100
      > ack ack 1 sack 501-601,301-401,101-201`,
  },
  'sack-grows': {
    clause: 'RFC 2018 4',
    says: 'Blocks that touch are one.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 201 len 100
      > ack ack 1 sack 101-301`,
  },
  'sack-joins': {
    clause: 'RFC 2018 4',
    says: 'A segment between two blocks joins them.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 301 len 100
      > ack ack 1 sack 301-401,101-201
      < ack seq 201 len 100
      > ack ack 1 sack 101-401`,
  },
  'sack-four-blocks': {
    clause: 'RFC 2018 3',
    says: 'Four blocks fit where there are no timestamps: the newest four.',
    script: `${established(sack)}
      < ack seq 101 len 50
      > ack ack 1 sack 101-151
      < ack seq 201 len 50
      > ack ack 1 sack 201-251,101-151
      < ack seq 301 len 50
      > ack ack 1 sack 301-351,201-251,101-151
      < ack seq 401 len 50
      > ack ack 1 sack 401-451,301-351,201-251,101-151
      < ack seq 501 len 50
      > ack ack 1 sack 501-551,401-451,301-351,201-251`,
  },
  'sack-three-with-timestamps': {
    clause: 'RFC 2018 3',
    says: 'Three blocks fit beside timestamps.',
    script: `${established(stamped)}
      < ack seq 101 len 50
      > ack ack 1 sack 101-151
      < ack seq 201 len 50
      > ack ack 1 sack 201-251,101-151
      < ack seq 301 len 50
      > ack ack 1 sack 301-351,201-251,101-151
      < ack seq 401 len 50
      > ack ack 1 sack 401-451,301-351,201-251`,
  },
  'sack-ends': {
    clause: 'RFC 2018 4',
    says: 'Once the hole is filled there are no blocks.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 1 len 100
      > ack ack 201 no-sack`,
  },
  'sack-partly-filled': {
    clause: 'RFC 2018 4',
    says: 'A hole filled in part leaves the block behind the rest.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 1 len 50
      > ack ack 51 sack 101-201`,
  },
  'dsack-below': {
    clause: 'RFC 2883 4.1',
    says: 'A segment that came twice is told by a first block below the ACK.',
    script: `${established(sack)}
      < ack len 100
      > ack ack 101
      < ack seq 1 len 100
      > ack ack 101 sack 1-101`,
  },
  'dsack-above': {
    clause: 'RFC 2883 4.2',
    says: 'An early segment that came twice is told by a first block, and its island by a second.',
    script: `${established(sack)}
      < ack seq 201 len 100
      > ack ack 1 sack 201-301
      < ack seq 201 len 100
      > ack ack 1 sack 201-301,201-301`,
  },
  'dsack-inside-island': {
    clause: 'RFC 2883 4.2',
    says: 'The second block is the whole island that the duplicate lies in.',
    script: `${established(sack)}
      < ack seq 101 len 100
      > ack ack 1 sack 101-201
      < ack seq 201 len 100
      > ack ack 1 sack 101-301
      < ack seq 201 len 100
      > ack ack 1 sack 201-301,101-301`,
  },
  'dsack-partial': {
    clause: 'RFC 2883 4.3',
    says: 'Of a segment that is half a duplicate only that half is told.',
    script: `${established(sack)}
      < ack len 100
      > ack ack 101
      < ack seq 51 len 100
      > ack ack 151 sack 51-101`,
  },
  'dsack-once': {
    clause: 'RFC 2883 4',
    says: 'A duplicate is told once.',
    script: `${established(sack)}
      < ack len 100
      > ack ack 101
      < ack seq 1 len 100
      > ack ack 101 sack 1-101
      < ack len 100
      > ack ack 201 no-sack`,
  },
  'dsack-not-agreed': {
    clause: 'RFC 2883 3',
    says: 'Without SACK a duplicate is only acknowledged.',
    script: `${established()}
      < ack len 100
      > ack ack 101
      < ack seq 1 len 100
      > ack ack 101 no-sack`,
  },
  'bad-checksum': {
    clause: 'RFC 9293 3.1 MUST-3',
    says: 'Data with a wrong checksum is dropped.',
    script: `${established()}
      < ack len 100 bad-checksum
      nothing 300ms
      told readable 0`,
  },
});
