/** The longest time without an answer, for an application that says something all the time. */
export class Silence {
  #heardMs: number | undefined;
  #saidMs = 0;
  #longestMs = 0;

  /** What was before counts no more. */
  begin(): void {
    this.#longestMs = 0;
  }

  said(): void {
    this.#saidMs = performance.now();
  }

  heard(): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - (this.#heardMs ?? nowMs));
    this.#heardMs = nowMs;
  }

  /** One that lasts to the end counts up to what was said last. */
  get longestMs(): number {
    const openMs = this.#heardMs === undefined ? 0 : this.#saidMs - this.#heardMs;
    return Math.round(Math.max(this.#longestMs, openMs));
  }
}
