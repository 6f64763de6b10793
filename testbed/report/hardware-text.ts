/** Which machines of others took part, each once: `hardware: guest: box, behind tap0, by its own clock`. */
import type { SampleResult } from '../schema/result.ts';

export function describeHardware(samples: readonly SampleResult[]): string[] {
  const lines = samples
    .flatMap(({ hardware = [] }) => hardware)
    .map(
      ({ node, interface: name, hardware, clock }) =>
        `hardware: ${hardware}: ${node}, behind ${name}, by ${clock} clock`,
    );
  return [...new Set(lines)];
}
