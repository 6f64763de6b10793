/** What is sent again, and when (RFC 5681, 6298, 6582, 6675, 3042, 8985). Here a round trip takes 100 ms. */
import { casesOf } from '../case.ts';

/** With a handshake of 100 ms, so that both sides know the round trip. */
function distant(synOptions: string): string {
  return `listen
    < syn ${synOptions}
    > syn+ack seq 0 ack 1
    nothing 100ms
    < ack
    told connected`;
}

function segments(count: number, from = 1): string {
  return [...Array(count).keys()]
    .map((at) => `> ack seq ${from + at * 1000} len 1000`)
    .join('\n      ');
}

const plain = distant('mss 1000');
const sack = distant('mss 1000 sack-ok');

export const recoveryCases = casesOf('recovery', {
  'fast-retransmit': {
    clause: 'RFC 5681 3.2',
    says: 'Three duplicate ACKs bring back the first segment.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1
      < ack ack 1
      < ack ack 1
      > ack seq 1 len 1000 within 50ms`,
  },
  'two-duplicates': {
    clause: 'RFC 5681 3.2',
    says: 'Two duplicate ACKs bring back nothing at once: it may be reordering.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1
      < ack ack 1
      nothing 20ms`,
  },
  'limited-transmit': {
    clause: 'RFC 3042 2',
    says: 'The first two duplicate ACKs let out a new segment each.',
    settings: { noDelay: true },
    script: `${plain}
      write 14000
      ${segments(10)}
      nothing 90ms
      < ack ack 1
      > ack seq 10001 len 1000
      < ack ack 1
      > ack seq 11001 len 1000`,
  },
  'partial-ack': {
    clause: 'RFC 6582 3.2',
    says: 'Without SACK, an ACK of a part brings back the next hole at once.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1
      < ack ack 1
      < ack ack 1
      > ack seq 1 len 1000
      < ack ack 2001
      > ack seq 2001 len 1000 within 50ms`,
  },
  'full-ack': {
    clause: 'RFC 6582 3.2',
    says: 'An ACK of all ends the recovery: nothing is sent again.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1
      < ack ack 1
      < ack ack 1
      > ack seq 1 len 1000
      < ack ack 5001
      nothing 1500ms`,
  },
  'sack-retransmit': {
    clause: 'RFC 6675 5, RFC 8985 6.2',
    says: 'Three segments SACKed behind a hole bring back the hole at once.',
    settings: { noDelay: true },
    script: `${sack}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1 sack 1001-4001
      > ack seq 1 len 1000 within 50ms`,
  },
  'sack-keeps': {
    clause: 'RFC 6675 5',
    says: 'What was SACKed is not sent again.',
    settings: { noDelay: true },
    script: `${sack}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1 sack 1001-5001
      > ack seq 1 len 1000 within 50ms
      < ack ack 5001
      nothing 1500ms`,
  },
  'sack-two-holes': {
    clause: 'RFC 6675 4 (NextSeg)',
    says: 'Of two holes the first comes back first, and then the second.',
    settings: { noDelay: true },
    script: `${sack}
      write 8000
      ${segments(8)}
      nothing 90ms
      < ack ack 1 sack 1001-3001
      < ack ack 1 sack 4001-8001,1001-3001
      > ack seq 1 len 1000 within 100ms
      > ack seq 3001 len 1000 within 100ms`,
  },
  'rack-by-time': {
    clause: 'RFC 8985 6.2 step 4',
    says: 'One SACK of a later segment brings the first back after a quarter of the round trip.',
    settings: { noDelay: true },
    script: `${sack}
      write 2000
      ${segments(2)}
      nothing 100ms
      < ack ack 1 sack 1001-2001
      > ack seq 1 len 1000 after 5ms within 80ms`,
  },
  'rack-reordering': {
    clause: 'RFC 8985 6.2 step 4',
    says: 'What was late only comes within that time, and nothing is sent again.',
    settings: { noDelay: true },
    script: `${sack}
      write 2000
      ${segments(2)}
      nothing 100ms
      < ack ack 1 sack 1001-2001
      nothing 5ms
      < ack ack 2001
      nothing 600ms`,
  },
  'tail-loss-probe': {
    clause: 'RFC 8985 7.2, 7.3',
    says: 'When the tail stays silent the last segment is sent again after two round trips, before the time-out.',
    settings: { noDelay: true },
    script: `${sack}
      write 2000
      ${segments(2)}
      > ack seq 1001 len 1000 after 150ms within 290ms`,
  },
  'tail-loss-probe-repairs': {
    clause: 'RFC 8985 7.4',
    says: 'The ACK of the probe shows the hole before it, which then comes back.',
    settings: { noDelay: true },
    script: `${sack}
      write 2000
      ${segments(2)}
      > ack seq 1001 len 1000 after 150ms within 290ms
      nothing 130ms
      < ack ack 1 sack 1001-2001
      > ack seq 1 len 1000 within 200ms`,
  },
  timeout: {
    clause: 'RFC 6298 5.4',
    says: 'Without an answer the first segment is sent again after the time-out.',
    settings: { noDelay: true },
    script: `${plain}
      write 1000
      ${segments(1)}
      > ack seq 1 len 1000 after 190ms within 1300ms`,
  },
  'timeout-doubles': {
    clause: 'RFC 6298 5.5',
    says: 'Each further time-out is twice as long.',
    settings: { noDelay: true },
    script: `${plain}
      write 1000
      ${segments(1)}
      > ack seq 1 len 1000 after 190ms within 1300ms
      > ack seq 1 len 1000 after 380ms within 2600ms
      > ack seq 1 len 1000 after 780ms within 5s`,
  },
  'timeout-sends-one': {
    clause: 'RFC 5681 3.1',
    says: 'After a time-out one segment is sent, not the window.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      > ack seq 1 len 1000 after 190ms within 1300ms
      nothing 100ms`,
  },
  'slow-start-after-timeout': {
    clause: 'RFC 5681 3.1',
    says: 'The ACK after a time-out lets out two segments.',
    settings: { noDelay: true },
    script: `${plain}
      write 5000
      ${segments(5)}
      > ack seq 1 len 1000 after 190ms within 1300ms
      nothing 100ms
      < ack ack 1001
      > ack seq 1001 len 1000 within 50ms
      > ack seq 2001 len 1000 within 50ms
      nothing 50ms`,
  },
  'timeout-ends': {
    clause: 'RFC 6298 5.2',
    says: 'Once all is acknowledged no timer runs.',
    settings: { noDelay: true },
    script: `${plain}
      write 3000
      ${segments(3)}
      nothing 90ms
      < ack ack 3001
      nothing 3s`,
  },
  'timer-restarts': {
    clause: 'RFC 6298 5.3',
    says: 'An ACK of a part starts the timer anew for the rest.',
    settings: { noDelay: true },
    script: `${plain}
      write 2000
      ${segments(2)}
      nothing 150ms
      < ack ack 1001
      > ack seq 1001 len 1000 after 150ms within 1300ms`,
  },
  reneging: {
    clause: 'RFC 2018 8',
    says: 'What was SACKed and then is not acknowledged is sent again in the end.',
    settings: { noDelay: true },
    script: `${sack}
      write 4000
      ${segments(4)}
      nothing 90ms
      < ack ack 1 sack 1001-4001
      > ack seq 1 len 1000
      nothing 50ms
      < ack ack 1001
      > ack seq 1001 len 1000 within 3s`,
  },
  'duplicate-acks-without-data': {
    clause: 'RFC 5681 2',
    says: 'Duplicate ACKs while nothing is out bring back nothing.',
    script: `${plain}
      < ack ack 1
      < ack ack 1
      < ack ack 1
      < ack ack 1
      nothing 300ms`,
  },
  'sack-beyond-sent': {
    clause: 'RFC 2018 5, RFC 6675 4',
    says: 'A SACK of what was never sent changes nothing.',
    settings: { noDelay: true },
    script: `${sack}
      write 2000
      ${segments(2)}
      nothing 90ms
      < ack ack 1 sack 500001-501001
      nothing 20ms
      < ack ack 2001
      nothing 600ms
      state established`,
  },
  'fin-is-retransmitted-with-data': {
    clause: 'RFC 6298 5.4',
    says: 'Data before a FIN is sent again before the FIN.',
    settings: { noDelay: true },
    script: `${plain}
      write 1000
      ${segments(1)}
      close
      > fin+ack seq 1001
      > ack/fin seq 1 after 100ms within 1300ms`,
  },
  'ack-while-recovering': {
    clause: 'RFC 9293 3.10.7.4',
    says: 'Data is taken while a segment is missing on the other way.',
    settings: { noDelay: true },
    script: `${sack}
      write 5000
      ${segments(5)}
      nothing 90ms
      < ack ack 1 sack 1001-4001
      > ack seq 1 len 1000 within 50ms
      < ack ack 4001 len 100
      > ack ack 101 within 499ms
      read 100`,
  },
});
