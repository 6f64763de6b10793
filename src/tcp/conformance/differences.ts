/** Where a TCP does otherwise than a case says, and why. What is named here is held to: it must still differ. */

export type Differences = Readonly<Record<string, string>>;

export const ourDifferences: Differences = {
  'syn-received/syn-repeated':
    'the SYN-ACK goes out again, which is an ACK as well: the first was lost, or the SYN would not have come again',
};

/** The kernel that `linuxDifferences` were seen on. */
export const linuxSeen = '6.18';

const bufferReason =
  'SO_RCVBUF counts the memory that segments take, not their bytes: the fourth of four segments is dropped, so that the window shuts at 3000';
const oldEdgeReason =
  'a segment that ends exactly where the window begins is taken for acceptable, and its ACK is heeded: here it covers the FIN';
const finResetReason =
  'after their FIN a reset at RCV.NXT - 1 is taken too: some systems number it without the FIN';
const lonelyResetReason =
  'an ACK that fits nothing makes the SYN go out again at once, should an old connection over there have eaten it; the reset itself is dropped';
const oldAckReason =
  'of RFC 5961 5.2 it takes the smaller of the largest window and what was ever acknowledged: nothing yet, so that any older ACK is challenged';

export const linuxDifferences: Differences = {
  'listen/syn-fin': 'a SYN with a FIN is taken for an attack and dropped',
  'syn-sent/rst-ack-of-nothing': lonelyResetReason,
  'syn-sent/rst-ack-beyond': lonelyResetReason,
  'syn-sent/simultaneous-open-reset':
    'in SYN-RECEIVED it is a reset (ECONNRESET) whoever opened; refused is said in SYN-SENT only',
  'syn-sent/retransmission':
    'the first four SYNs go out a second apart (tcp_syn_linear_timeouts), and the doubling begins then',
  'syn-sent/data-waits': 'a socket that is not connected yet takes no data (EAGAIN)',
  'syn-received/syn-repeated': 'the SYN-ACK goes out again, which is an ACK as well',
  'fin-wait-1/old-data': oldEdgeReason,
  'closing/old-data': oldEdgeReason,
  'last-ack/old-data': oldEdgeReason,
  'time-wait/rst-in-window': 'TIME-WAIT drops a reset that is not exact, without an ACK',
  'close-wait/rst-old': finResetReason,
  'closing/rst-old': finResetReason,
  'last-ack/rst-old': finResetReason,
  'established/old-ack': oldAckReason,
  'close-wait/old-ack': oldAckReason,
  'window/window-shrinks':
    'an ACK that acknowledges nothing new may open the window or shut it, not make it smaller: that is not heeded',
  'window/silly-window-sender':
    'the largest window is counted from the ACK of the SYN-ACK on, not from the SYN: 100 bytes are all of it, and go out',
  'window/silly-window-receiver': bufferReason,
  'window/zero-window-takes-no-data': bufferReason,
  'window/zero-window-takes-resets': bufferReason,
  'window/zero-window-takes-acks': bufferReason,
  'options/ts-missing': 'a segment without a timestamp is taken: the RFC says SHOULD',
  'options/ts-echo-of-first':
    'the first segments of a connection are acknowledged one by one (quick ACKs), so that none is delayed',
  'ecn/asked-and-reflected':
    'CWR and ECE stand on what it sends next, so that the broken mirror is not seen; which of its parts does so was not looked up (the code is shared with Accurate ECN, RFC 9768)',
};
