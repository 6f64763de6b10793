/** Keep-alive, user time-out (RFC 9293 3.8.3, 3.8.4). */
import { casesOf } from '../case.ts';
import { established } from '../openings.ts';

const second = 1_000_000_000;
const keepAlive = { idleNs: second, intervalNs: second, probes: 3 };

export const timerCases = casesOf('timers', {
  'keep-alive-off': {
    clause: 'RFC 9293 3.8.4 MUST-25',
    says: 'Nobody is probed who did not ask for it.',
    script: `${established()}
      nothing 3s`,
  },
  'keep-alive-probe': {
    clause: 'RFC 9293 3.8.4',
    says: 'An idle connection is probed with a number that was acknowledged already.',
    settings: { keepAlive },
    script: `${established()}
      > ack seq 0 ack 1 after 900ms within 1500ms`,
  },
  'keep-alive-answered': {
    clause: 'RFC 9293 3.8.4 MUST-26',
    says: 'An answer starts the wait anew.',
    settings: { keepAlive },
    script: `${established()}
      > ack seq 0 ack 1 after 900ms within 1500ms
      < ack
      > ack seq 0 ack 1 after 900ms within 1500ms
      < ack
      > ack seq 0 ack 1 after 900ms within 1500ms
      state established`,
  },
  'keep-alive-one-lost': {
    clause: 'RFC 9293 3.8.4 MUST-29',
    says: 'One probe without an answer is no death.',
    settings: { keepAlive },
    script: `${established()}
      > ack seq 0 within 1500ms
      > ack seq 0 within 1500ms
      < ack
      nothing 500ms
      state established`,
  },
  'keep-alive-dead': {
    clause: 'RFC 9293 3.8.4',
    says: 'When no probe is answered the connection ends.',
    settings: { keepAlive },
    script: `${established()}
      > ack seq 0 within 1500ms
      > ack seq 0 within 1500ms
      > ack seq 0 within 1500ms
      pass 1500ms
      state closed`,
  },
  'keep-alive-after-data': {
    clause: 'RFC 9293 3.8.4 MUST-26',
    says: 'Data that arrives counts as life.',
    settings: { keepAlive },
    script: `${established()}
      nothing 700ms
      < ack len 100
      > ack ack 101
      nothing 500ms
      > ack seq 0 ack 101 within 1s`,
  },
  'keep-alive-arrives': {
    clause: 'RFC 9293 3.10.7.4, first',
    says: 'A probe without data is answered.',
    script: `${established()}
      < ack seq 0
      > ack seq 1 ack 1`,
  },
  'keep-alive-with-garbage-arrives': {
    clause: 'RFC 9293 3.8.4',
    says: 'A probe with a byte of garbage is answered, and the byte is not taken.',
    script: `${established()}
      < ack seq 0 len 1
      > ack seq 1 ack 1
      told readable 0`,
  },
  'user-timeout': {
    clause: 'RFC 9293 3.8.3, RFC 5482',
    says: 'Data that nobody acknowledges for the user time-out ends the connection.',
    settings: { userTimeoutNs: second },
    script: `${established()}
      write 100
      pass 4s
      state closed
      told closed timed-out`,
  },
  'user-timeout-not-reached': {
    clause: 'RFC 9293 3.8.3, RFC 5482',
    says: 'An ACK in time keeps the connection.',
    settings: { userTimeoutNs: second },
    script: `${established()}
      write 100
      > ack seq 1 len 100
      pass 700ms
      < ack ack 101
      nothing 3s
      state established`,
  },
  'user-timeout-idle': {
    clause: 'RFC 5482 3',
    says: 'An idle connection has no user time-out.',
    settings: { userTimeoutNs: second },
    script: `${established()}
      nothing 3s
      state established`,
  },
  'retransmits-for-100-seconds': {
    clause: 'RFC 9293 3.8.3 SHLD-11',
    says: 'A connection is not given up before 100 seconds of silence.',
    isLong: true,
    script: `${established()}
      write 100
      pass 100s
      state established`,
  },
  'syn-for-three-minutes': {
    clause: 'RFC 9293 3.8.3 MUST-23',
    says: 'An opening is not given up before three minutes.',
    isLong: true,
    script: `connect
      > syn
      pass 178s
      state syn-sent`,
  },
});
