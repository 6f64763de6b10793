/** Segment sizes, the negotiation of options, timestamps and PAWS (RFC 9293 3.7.1, RFC 7323, RFC 2018 2). */
import { casesOf } from '../case.ts';
import { established, establishedActively, modernSyn } from '../openings.ts';

const stamps = 'mss 1460 ts';

export const optionCases = casesOf('options', {
  'mss-respected': {
    clause: 'RFC 9293 3.7.1 MUST-16',
    says: 'No segment is larger than the MSS that the other side said.',
    script: `${established('mss 700')}
      write 2000
      > ack seq 1 len 700
      > ack seq 701 len 700`,
  },
  'mss-absent': {
    clause: 'RFC 9293 3.7.1 MUST-15',
    says: 'Without an MSS option segments are of the default size: 536 bytes, or 1220 over IPv6.',
    script: `${established('')}
      write 3000
      > ack seq 1 len $defaultMss`,
  },
  'mss-beyond-link': {
    clause: 'RFC 9293 3.7.1',
    says: 'An MSS beyond what the link carries is bounded by the link.',
    script: `${established('mss 9000')}
      write 9000
      > ack seq 1 len $linkMss`,
  },
  'mss-answered': {
    clause: 'RFC 9293 3.7.1 SHLD-5',
    says: 'The SYN-ACK says how large a segment may be.',
    script: `listen
      < syn mss 1460
      > syn+ack mss $linkMss`,
  },
  'mss-once': {
    clause: 'RFC 9293 3.7.1',
    says: 'The MSS option stands on SYNs only.',
    script: `${established()}
      write 100
      > ack seq 1 len 100 no-mss no-ws no-sack-ok`,
  },
  'mss-less-options': {
    clause: 'RFC 9293 3.7.1, RFC 6691',
    says: 'Options count against the segment: with timestamps it carries 12 bytes less.',
    script: `${established('mss 1000 ts')}
      write 3000
      > ack seq 1 len 988`,
  },
  'mss-after-active-open': {
    clause: 'RFC 9293 3.7.1 MUST-16',
    says: 'Who opens heeds the MSS of the SYN-ACK.',
    script: `${establishedActively('mss 600')}
      write 2000
      > ack seq 1 len 600`,
  },
  'too-big': {
    clause: 'RFC 1191 6.3, RFC 9293 3.7.2',
    says: 'An ICMP error that names an MTU makes segments smaller, and what was too big goes again.',
    family: 4,
    script: `${established()}
      write 1460
      > ack seq 1 len 1460
      icmp too-big 1000
      > ack seq 1 len 960 within 1500ms`,
  },
  'dont-fragment-below-minimum': {
    clause: 'RFC 1191 3',
    says: 'An ICMP error that names an absurd MTU does not make segments of nothing.',
    family: 4,
    script: `${established()}
      write 1460
      > ack seq 1 len 1460
      icmp too-big 0
      pass 1500ms
      state established`,
  },
  'ws-answered': {
    clause: 'RFC 7323 2.2',
    says: 'A scale is answered where it was offered.',
    script: `listen
      < syn mss 1460 ws 7
      > syn+ack ws`,
  },
  'ws-not-offered': {
    clause: 'RFC 7323 2.2',
    says: 'A scale is not answered where none was offered.',
    script: `listen
      < syn mss 1460 ts sack-ok
      > syn+ack no-ws`,
  },
  'sack-answered': {
    clause: 'RFC 2018 2',
    says: 'SACK is permitted to one who permits it.',
    script: `listen
      < syn mss 1460 sack-ok
      > syn+ack sack-ok`,
  },
  'sack-not-offered': {
    clause: 'RFC 2018 2',
    says: 'Without the other side the SYN-ACK permits no SACK.',
    script: `listen
      < syn mss 1460 ts ws 7
      > syn+ack no-sack-ok`,
  },
  'ts-answered': {
    clause: 'RFC 7323 3.2',
    says: 'Timestamps are answered where they were offered, with the echo of theirs.',
    script: `listen
      < syn mss 1460 ts 4711
      > syn+ack ecr 4711`,
  },
  'ts-not-offered': {
    clause: 'RFC 7323 3.2',
    says: 'Timestamps are not answered where they were not offered.',
    script: `listen
      < syn mss 1460 ws 7 sack-ok
      > syn+ack no-ts`,
  },
  'ts-refused': {
    clause: 'RFC 7323 3.2',
    says: 'Where the SYN-ACK has no timestamps, no later segment has.',
    script: `${establishedActively()}
      write 100
      > ack seq 1 len 100 no-ts`,
  },
  'ts-on-every-segment': {
    clause: 'RFC 7323 3.2',
    says: 'Once agreed on, timestamps are on every segment: data, ACKs and FINs.',
    script: `${established(stamps)}
      write 100
      > ack seq 1 len 100 ts
      < ack ack 101 len 100
      > ack ack 101 ts
      close
      > fin+ack seq 101 ts`,
  },
  'ts-missing': {
    clause: 'RFC 7323 3.2',
    says: 'Once agreed on, a segment without a timestamp is dropped.',
    script: `${established(stamps)}
      < ack len 100 no-ts
      nothing 300ms
      told readable 0`,
  },
  'ts-missing-on-rst': {
    clause: 'RFC 7323 3.2, 5.2',
    says: 'A reset needs no timestamp.',
    script: `${established(stamps)}
      < rst seq 1
      nothing 20ms
      state closed`,
  },
  'ts-echo': {
    clause: 'RFC 7323 4.3',
    says: 'An ACK echoes the timestamp of what it acknowledges.',
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101 ecr 20000`,
  },
  'ts-echo-of-first': {
    clause: 'RFC 7323 4.3 (A)',
    says: 'A delayed ACK echoes the earliest segment that it covers.',
    script: `${established('mss 1000 ts')}
      < ack len 988 ts 20000
      < ack len 988 ts 20007
      > ack ack 1977 ecr 20000`,
  },
  'ts-echo-at-hole': {
    clause: 'RFC 7323 4.3 (B)',
    says: 'A segment behind a hole does not move the echo.',
    script: `${established('mss 1460 sack-ok ts')}
      < ack len 100 ts 20000
      > ack ack 101 ecr 20000
      < ack seq 201 len 100 ts 20100
      > ack ack 101 ecr 20000`,
  },
  'ts-echo-when-filled': {
    clause: 'RFC 7323 4.3 (C)',
    says: 'The segment that fills a hole is the one that is echoed.',
    script: `${established('mss 1460 sack-ok ts')}
      < ack len 100 ts 20000
      > ack ack 101 ecr 20000
      < ack seq 201 len 100 ts 20100
      > ack ack 101 ecr 20000
      < ack seq 101 len 100 ts 20200
      > ack ack 301 ecr 20200`,
  },
  'paws-old': {
    clause: 'RFC 7323 5.3 R1',
    says: 'A segment older than the newest timestamp is dropped and acknowledged.',
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101
      < ack len 100 ts 19000
      > ack ack 101 ecr 20000
      told readable 100`,
  },
  'paws-equal': {
    clause: 'RFC 7323 5.3 R1',
    says: 'A segment with the same timestamp is taken.',
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101
      < ack len 100 ts 20000
      > ack ack 201`,
  },
  'paws-wrapped': {
    clause: 'RFC 7323 5.2',
    says: 'Timestamps wrap: a small one after a huge one is newer.',
    script: `listen
      < syn mss 1460 ts 4294967000
      > syn+ack seq 0 ack 1
      < ack ts 4294967100
      < ack len 100 ts 4294967290
      > ack ack 101 ecr 4294967290
      < ack seq 101 len 100 ts 5
      > ack ack 201 ecr 5`,
  },
  'paws-pure-ack': {
    clause: 'RFC 7323 5.3 R1',
    says: 'An old ACK without data is dropped as well: what it acknowledges stays out.',
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101
      write 100
      > ack seq 1 len 100
      < ack ack 101 ts 19000
      > ack seq 101 ack 101 within 50ms`,
  },
  'paws-reset': {
    clause: 'RFC 7323 5.2',
    says: 'A reset is taken however old its timestamp is.',
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101
      < rst seq 101 ts 10000
      nothing 20ms
      state closed`,
  },
  'paws-after-24-days': {
    clause: 'RFC 7323 5.5',
    says: 'After 24 days of silence the newest timestamp is forgotten.',
    isLong: true,
    script: `${established(stamps)}
      < ack len 100 ts 20000
      > ack ack 101
      nothing 2160000s
      < ack len 100 ts 10000
      > ack ack 201 ecr 10000`,
  },
  'paws-syn-in-time-wait': {
    clause: 'RFC 6191 2',
    says: 'In TIME-WAIT a SYN with a newer timestamp opens a new connection, whatever its number.',
    script: `${established(stamps)}
      close
      > fin+ack seq 1
      < ack ack 2
      < fin+ack ts 20000
      > ack ack 2
      state time-wait
      < syn seq 0 mss 1460 ts 30000
      > syn+ack ack 1`,
  },
  'unknown-option-later': {
    clause: 'RFC 9293 3.1 MUST-6',
    says: 'An unknown option on a later segment is passed over.',
    script: `${established()}
      < ack len 100 unknown-option
      > ack ack 101
      read 100`,
  },
  'all-options': {
    clause: 'RFC 9293 3.1',
    says: 'What today both sides have in common is agreed on in one exchange.',
    script: `listen
      < syn ${modernSyn}
      > syn+ack mss ws ts sack-ok
      < ack
      told connected`,
  },
});
