/** The interface that a datagram to 127.0.0.1 or ::1 is said to have arrived on; it is in no list. */
export const loopbackIndex = -1;
