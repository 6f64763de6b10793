/** A way for whole frames between this process and an interface, through memory that the kernel shares. */

export interface FrameWire {
  /** The bytes are copied. A wire that is full loses the frame, as any queue does. */
  send(frame: Uint8Array): void;
  close(): void;
}

export interface WireEvents {
  /** In the shared memory: valid during the call. */
  received(frame: Uint8Array): void;
  /** A frame that was too long for its place, and is lost; said once. */
  cut(wireBytes: number): void;
}

/** Who follows what is written into the shared memory, and when the kernel is told of it. */
export interface WireWatcher {
  written(offset: number, lengthBytes: number): void;
  /** `frames`: how many were put since the kernel was told last. */
  kicked(frames: number): void;
}
