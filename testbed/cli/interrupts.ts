/** SIGINT and SIGTERM: the first ends the run in order, the second at once. */

export interface Interrupts {
  readonly signal: AbortSignal;
  /** 130 or 143 after an interrupt. */
  exitCode(): number | undefined;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export function hearInterrupts(): Interrupts {
  const controller = new AbortController();
  let exitCode: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (exitCode !== undefined) process.exit(exitCodes[name]);
      exitCode = exitCodes[name];
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
