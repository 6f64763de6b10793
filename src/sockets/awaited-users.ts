/** Has something to tell its user. */
export interface Awaited {
  isAwaited: boolean;
  serve(): void;
}

/** Whose users are to be told something, each once, in the order in which it came up. */
export class AwaitedUsers {
  #waiting: Awaited[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(one: Awaited): void {
    if (one.isAwaited) return;
    one.isAwaited = true;
    this.#waiting.push(one);
  }

  /** Whoever is told may call again, and be told of that too. */
  serve(): void {
    while (this.#waiting.length > 0) {
      const served = this.#waiting;
      this.#waiting = [];
      for (const one of served) {
        one.isAwaited = false;
        one.serve();
      }
    }
  }
}
