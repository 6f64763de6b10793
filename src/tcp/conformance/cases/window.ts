/** Windows: scaled, shut, shrunk; Nagle's algorithm and silly windows (RFC 9293 3.7, 3.8.6; RFC 7323 2). */
import { casesOf } from '../case.ts';
import { established, inState } from '../openings.ts';

const probing = 'RFC 9293 3.8.6.1';

export const windowCases = casesOf('window', {
  'zero-window-holds': {
    clause: probing,
    says: 'Into a shut window nothing is sent but probes.',
    script: `${established()}
      < ack win 0
      write 100
      nothing 100ms`,
  },
  'zero-window-is-probed': {
    clause: `${probing} MUST-36`,
    says: 'A shut window is probed after about a retransmission time-out.',
    script: `${established()}
      < ack win 0
      write 100
      > ack after 100ms within 1500ms`,
  },
  'probes-back-off': {
    clause: `${probing} SHLD-30`,
    says: 'Probes of a shut window go out further and further apart.',
    script: `${established()}
      < ack win 0
      write 100
      > ack within 1500ms
      < ack ack 1 win 0
      > ack after 150ms within 3s
      < ack ack 1 win 0
      > ack after 350ms within 6s`,
  },
  'probed-window-stays': {
    clause: `${probing} MUST-37`,
    says: 'As long as probes are answered a shut window closes no connection.',
    isLong: true,
    script: `${established()}
      < ack win 0
      write 100
      ${'> ack within 130s\n      < ack ack 1 win 0\n      '.repeat(20)}
      state established
      < ack ack 1 win 65535
      > ack seq 1`,
  },
  'window-opens': {
    clause: probing,
    says: 'When the window opens what waited goes out at once.',
    script: `${established()}
      < ack win 0
      write 100
      nothing 50ms
      < ack win 65535
      > ack seq 1 len 100 within 50ms`,
  },
  'zero-window-in-syn': {
    clause: probing,
    says: 'A window that is shut from the beginning holds the data back.',
    script: `connect
      > syn seq 0
      < syn+ack mss 1460 win 0
      > ack seq 1 ack 1
      write 100
      nothing 100ms
      < ack win 65535
      > ack seq 1 len 100`,
  },
  'old-ack-moves-no-window': {
    clause: 'RFC 9293 3.10.7.4, fifth (SND.WL2)',
    says: 'An older ACK does not take the window back.',
    script: `${established()}
      write 100
      > ack seq 1 len 100
      < ack ack 101
      < ack ack 1 win 0
      write 100
      > ack seq 101 len 100`,
  },
  'window-shrinks': {
    clause: 'RFC 9293 3.8.6 MUST-34',
    says: 'A window that shrinks below what is out stops new data and breaks nothing.',
    script: `${established('mss 1000')}
      write 2000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      < ack ack 1 win 500
      write 2000
      nothing 100ms
      < ack ack 2001 win 65535
      > ack seq 2001 len 1000
      > ack seq 3001 len 1000`,
  },
  'shrunk-to-zero': {
    clause: 'RFC 9293 3.8.6 MUST-34',
    says: 'A window that shrinks to zero with data out leaves the connection alive.',
    script: `${established('mss 1000')}
      write 2000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      < ack ack 1 win 0
      pass 2s
      state established
      < ack ack 2001 win 65535
      state established`,
  },
  'window-is-respected': {
    clause: 'RFC 9293 3.8.6',
    says: 'No more than the window is sent.',
    script: `${established('mss 1000', 2000)}
      write 6000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      nothing 50ms`,
  },
  'scaled-window': {
    clause: 'RFC 7323 2.3',
    says: 'The window field counts in units of the shift that was agreed on.',
    script: `${established('mss 1000 ws 7', 16)}
      write 6000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      nothing 50ms`,
  },
  'syn-window-unscaled': {
    clause: 'RFC 7323 2.2',
    says: 'The window of a SYN is never scaled.',
    script: `connect
      > syn seq 0 ws
      < syn+ack mss 1000 ws 7 win 2000
      > ack seq 1 ack 1
      write 6000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      nothing 50ms`,
  },
  'unscaled-without-offer': {
    clause: 'RFC 7323 1.3, 2.2',
    says: 'Where one side did not offer a scale, windows are as they stand.',
    script: `connect
      > syn seq 0 ws
      < syn+ack mss 1000 win 65535
      > ack seq 1 ack 1
      < ack len 1 win 2000
      > ack ack 2
      write 6000
      > ack seq 1 len 1000
      > ack seq 1001 len 1000
      nothing 50ms`,
  },
  'shift-above-14': {
    clause: 'RFC 7323 2.3',
    says: 'A shift above 14 is taken for 14: the window is not zero, and data flows.',
    script: `${established('mss 1000 ws 15', 1)}
      write 1000
      > ack seq 1 len 1000`,
  },
  nagle: {
    clause: 'RFC 9293 3.7.4',
    says: 'While data is out, small data waits for its ACK.',
    script: `${established()}
      write 100
      > ack seq 1 len 100
      write 100
      nothing 50ms
      < ack ack 101
      > ack seq 101 len 100 within 50ms`,
  },
  'nagle-gathers': {
    clause: 'RFC 9293 3.7.4',
    says: 'What waited by Nagle goes out in one segment.',
    script: `${established()}
      write 100
      > ack seq 1 len 100
      write 50
      write 50
      write 50
      nothing 50ms
      < ack ack 101
      > ack seq 101 len 150 within 50ms`,
  },
  'nagle-full-segment': {
    clause: 'RFC 9293 3.7.4',
    says: 'A full segment never waits by Nagle.',
    script: `${established('mss 1000')}
      write 100
      > ack seq 1 len 100
      write 1000
      > ack seq 101 len 1000`,
  },
  'no-delay': {
    clause: 'RFC 9293 3.7.4 MUST-17',
    says: 'Nagle can be turned off for a connection.',
    settings: { noDelay: true },
    script: `${established()}
      write 100
      > ack seq 1 len 100
      write 100
      > ack seq 101 len 100`,
  },
  'silly-window-sender': {
    clause: 'RFC 9293 3.8.6.2.1 MUST-38',
    says: 'Into a small rest of the window a sender does not send at once, and it does not wait for ever.',
    script: `${established('mss 1460', 100)}
      write 1000
      nothing 80ms
      > ack seq 1 within 1500ms`,
  },
  'silly-window-receiver': {
    clause: 'RFC 9293 3.8.6.2.2 MUST-39',
    says: 'A reader that takes a little of a full buffer does not open the window by a little.',
    settings: { receiveBufferBytes: 4000 },
    script: `${established('mss 1000')}
      < ack len 1000
      < ack len 1000
      < ack len 1000
      < ack len 1000
      pass 600ms
      < ack seq 4001 len 1
      > ack ack 4001 win 0
      read 100
      nothing 100ms
      read 3900
      > ack ack 4001 win 4000`,
  },
  'zero-window-takes-no-data': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'A full buffer takes no data, and says so.',
    settings: { receiveBufferBytes: 4000 },
    script: `${established('mss 1000')}
      < ack len 1000
      < ack len 1000
      < ack len 1000
      < ack len 1000
      pass 600ms
      < ack seq 4001 len 10
      > ack ack 4001 win 0
      told readable 4000`,
  },
  'zero-window-takes-resets': {
    clause: 'RFC 9293 3.10.7.4, first MUST-66',
    says: 'A shut receive window still takes a reset.',
    settings: { receiveBufferBytes: 4000 },
    script: `${established('mss 1000')}
      < ack len 1000
      < ack len 1000
      < ack len 1000
      < ack len 1000
      pass 600ms
      < rst seq 4001
      nothing 20ms
      state closed`,
  },
  'zero-window-takes-acks': {
    clause: 'RFC 9293 3.10.7.4, first MUST-66',
    says: 'A shut receive window still takes ACKs.',
    settings: { receiveBufferBytes: 4000 },
    script: `${established('mss 1000')}
      < ack len 1000
      < ack len 1000
      < ack len 1000
      < ack len 1000
      pass 600ms
      write 100
      > ack seq 1 len 100 win 0
      < ack seq 4001 ack 101
      nothing 1500ms`,
  },
  'initial-window': {
    clause: 'RFC 6928 2',
    says: 'Ten segments leave before the first ACK, and no eleventh.',
    settings: { noDelay: true },
    script: `${established('mss 1000')}
      write 20000
      ${[...Array(10).keys()].map((at) => `> ack seq ${at * 1000 + 1} len 1000`).join('\n      ')}
      nothing 50ms`,
  },
  'slow-start': {
    clause: 'RFC 5681 3.1',
    says: 'An ACK lets out what it acknowledges and, in slow start, at least a segment more.',
    settings: { noDelay: true },
    script: `${established('mss 1000')}
      write 40000
      ${[...Array(10).keys()].map((at) => `> ack seq ${at * 1000 + 1} len 1000`).join('\n      ')}
      < ack ack 3001
      > ack seq 10001 len 1000
      > ack seq 11001 len 1000
      > ack seq 12001 len 1000
      > ack seq 13001 len 1000`,
  },
  'window-update-is-no-duplicate': {
    clause: 'RFC 5681 2',
    says: 'ACKs that only move the window are no duplicate ACKs: nothing is sent again.',
    script: `${established('mss 1000')}
      write 3000
      > ack seq 1
      > ack seq 1001
      > ack seq 2001
      < ack ack 1 win 60000
      < ack ack 1 win 50000
      < ack ack 1 win 60000
      nothing 30ms
      state established`,
  },
  'closed-window-and-close': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'A keep-alive with an old number is answered, with the window as it is.',
    script: `${inState('established')}
      < ack seq 0
      > ack seq 1 ack 1 win some`,
  },
});
