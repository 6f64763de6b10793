/** How connections end (RFC 9293 3.6, 3.10.4, 3.10.5, 3.10.7.4 fifth and eighth). */
import { casesOf } from '../case.ts';
import { established, establishedActively, inState } from '../openings.ts';

const fin = 'RFC 9293 3.10.7.4, eighth';
const ack = 'RFC 9293 3.10.7.4, fifth';

export const closingCases = casesOf('closing', {
  'fin-wait-1-ack': {
    clause: ack,
    says: 'An ACK of the FIN leads from FIN-WAIT-1 to FIN-WAIT-2.',
    script: `${inState('fin-wait-1')}
      < ack ack 2
      nothing 50ms
      state fin-wait-2`,
  },
  'fin-wait-1-old-ack': {
    clause: ack,
    says: 'An ACK that does not cover the FIN leaves FIN-WAIT-1.',
    script: `${inState('fin-wait-1')}
      < ack ack 1
      nothing 20ms
      state fin-wait-1`,
  },
  'fin-wait-1-fin-ack': {
    clause: fin,
    says: 'A FIN that acknowledges ours leads from FIN-WAIT-1 to TIME-WAIT.',
    script: `${inState('fin-wait-1')}
      < fin+ack ack 2
      > ack seq 2 ack 2
      state time-wait`,
  },
  'simultaneous-close': {
    clause: 'RFC 9293 3.6, figure 13',
    says: 'FINs that cross lead by CLOSING to TIME-WAIT.',
    script: `${inState('closing')}
      < ack ack 2
      nothing 50ms
      state time-wait`,
  },
  'fin-wait-2-fin': {
    clause: fin,
    says: 'Their FIN leads from FIN-WAIT-2 to TIME-WAIT.',
    script: `${inState('fin-wait-2')}
      < fin+ack
      > ack seq 2 ack 2
      state time-wait
      told ended`,
  },
  'half-close-receives': {
    clause: 'RFC 9293 3.6',
    says: 'Who has closed goes on receiving in FIN-WAIT-2.',
    script: `${inState('fin-wait-2')}
      < ack len 100
      > ack seq 2 ack 101
      read 100
      < ack len 200
      > ack seq 2 ack 301
      read 200`,
  },
  'fin-wait-1-receives': {
    clause: 'RFC 9293 3.10.7.4, seventh',
    says: 'Data is taken in FIN-WAIT-1.',
    script: `${inState('fin-wait-1')}
      < ack ack 1 len 100
      pass 100ms
      read 100`,
  },
  'close-wait-sends': {
    clause: 'RFC 9293 3.6',
    says: 'Who was told of their FIN may go on sending in CLOSE-WAIT.',
    script: `${inState('close-wait')}
      told ended
      write 100
      > ack seq 1 ack 2 len 100
      < ack ack 101
      state close-wait`,
  },
  'last-ack': {
    clause: ack,
    says: 'The ACK of the FIN ends LAST-ACK.',
    script: `${inState('last-ack')}
      < ack ack 2
      nothing 50ms
      state closed
      told closed finished`,
  },
  'last-ack-old-ack': {
    clause: ack,
    says: 'An ACK of less does not end LAST-ACK.',
    script: `${inState('last-ack')}
      < ack ack 1
      nothing 20ms
      state last-ack`,
  },
  'fin-repeated': {
    clause: 'RFC 6298 5.4',
    says: 'A FIN that is not acknowledged is sent again.',
    script: `${inState('fin-wait-1')}
      > fin+ack seq 1 ack 1 after 100ms within 1500ms`,
  },
  'fin-repeated-in-last-ack': {
    clause: 'RFC 6298 5.4',
    says: 'In LAST-ACK as well a FIN is sent again.',
    script: `${inState('last-ack')}
      > fin+ack seq 1 ack 2 after 100ms within 1500ms`,
  },
  'time-wait-fin': {
    clause: 'RFC 9293 3.10.7.4, eighth',
    says: 'Their FIN again in TIME-WAIT is acknowledged again.',
    script: `${inState('time-wait')}
      < fin+ack seq 1
      > ack seq 2 ack 2
      state time-wait`,
  },
  'time-wait-syn': {
    clause: 'RFC 9293 3.6.1 MAY-2, RFC 6191',
    says: 'A SYN beyond the old numbers opens a new connection out of TIME-WAIT.',
    script: `${inState('time-wait')}
      < syn seq 200000 mss 1460
      > syn+ack ack 200001
      < ack seq 200001 ack 1
      state established`,
  },
  'time-wait-old-syn': {
    clause: 'RFC 9293 3.10.7.4, fourth',
    says: 'A SYN below the old numbers is answered by an ACK in TIME-WAIT.',
    script: `${inState('time-wait')}
      < syn seq 0 mss 1460
      > ack seq 2 ack 2
      state time-wait`,
  },
  'time-wait-ends': {
    clause: 'RFC 9293 3.6.1',
    says: 'After twice the maximum segment lifetime nothing is left of TIME-WAIT.',
    isLong: true,
    script: `${inState('time-wait')}
      pass 241s
      state closed
      < ack seq 2 ack 2
      > rst seq 2`,
  },
  'time-wait-lasts': {
    clause: 'RFC 9293 3.6.1 MUST-13',
    says: 'TIME-WAIT stands for a while: a stray segment finds it.',
    script: `${inState('time-wait')}
      nothing 1s
      < ack seq 1 len 1
      > ack seq 2 ack 2`,
  },
  'fin-early': {
    clause: 'RFC 9293 3.10.7.4, eighth',
    says: 'A FIN behind a hole waits until the hole is filled.',
    script: `${established()}
      < fin+ack seq 101
      > ack seq 1 ack 1
      state established
      < ack seq 1 len 100
      > ack seq 1 ack 102
      state close-wait
      read 100`,
  },
  'fin-with-data': {
    clause: fin,
    says: 'A FIN with data delivers the data and then the end.',
    script: `${established()}
      < fin+ack len 100
      > ack seq 1 ack 102
      state close-wait
      read 100
      told ended`,
  },
  'fin-repeated-arrives': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'Their FIN again in CLOSE-WAIT is acknowledged again.',
    script: `${inState('close-wait')}
      < fin+ack seq 1
      > ack seq 1 ack 2
      state close-wait`,
  },
  'data-after-fin': {
    clause: 'RFC 9293 3.10.7.4, seventh',
    says: 'Text behind their FIN is ignored.',
    script: `${inState('close-wait')}
      < ack seq 2 len 10
      pass 100ms
      state close-wait
      told readable 0`,
  },
  'close-after-data': {
    clause: 'RFC 9293 3.10.4',
    says: 'A close waits until all is sent: the FIN stands behind the data.',
    script: `${established()}
      write 100
      > ack seq 1 len 100
      close
      > fin+ack seq 101 len 0
      < ack ack 102
      state fin-wait-2`,
  },
  'close-behind-window': {
    clause: 'RFC 9293 3.10.4',
    says: 'With a shut window the data waits, and the FIN behind it.',
    script: `${established()}
      < ack win 0
      write 100
      close
      nothing 50ms
      < ack win 65535
      > fin+ack seq 1 len 100`,
  },
  abort: {
    clause: 'RFC 9293 3.10.5',
    says: 'An abort sends a reset at SND.NXT.',
    script: `${inState('established')}
      abort
      > rst/ack seq 1
      state closed`,
  },
  'abort-in-close-wait': {
    clause: 'RFC 9293 3.10.5',
    says: 'An abort in CLOSE-WAIT sends a reset.',
    script: `${inState('close-wait')}
      abort
      > rst/ack seq 1
      state closed`,
  },
  'abort-in-fin-wait-2': {
    clause: 'RFC 9293 3.10.5',
    says: 'An abort in FIN-WAIT-2 sends a reset.',
    script: `${inState('fin-wait-2')}
      abort
      > rst/ack seq 2
      state closed`,
  },
  'abort-with-data': {
    clause: 'RFC 9293 3.10.5',
    says: 'An abort throws away what was not sent: only a reset follows.',
    script: `${established()}
      < ack win 0
      write 100
      abort
      > rst/ack
      nothing 50ms`,
  },
  'release-with-unread-data': {
    clause: 'RFC 9293 3.6 SHLD-3',
    says: 'Who goes away with data unread resets, since the data is lost.',
    script: `${established()}
      < ack len 100
      > ack ack 101
      release
      > rst/ack
      state closed`,
  },
  'data-after-release': {
    clause: 'RFC 9293 3.6 SHLD-3',
    says: 'Data for somebody who went away is reset.',
    script: `${established()}
      release
      > fin+ack seq 1
      < ack ack 2
      < ack len 100
      > rst/ack`,
  },
  'active-open-then-fin': {
    clause: fin,
    says: 'A connection that we opened ends by their FIN as well.',
    script: `${establishedActively()}
      < fin+ack
      > ack seq 1 ack 2
      state close-wait
      close
      > fin+ack seq 1 ack 2
      < ack ack 2
      state closed`,
  },
  'reset-tells': {
    clause: 'RFC 9293 3.10.7.4, second',
    says: 'The user is told of a reset.',
    script: `${established()}
      < rst seq 1
      nothing 20ms
      told closed reset`,
  },
});
