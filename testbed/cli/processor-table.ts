/** What programs had of a processor while a file of a known size went through them, from their own records. */

/** Of `scenarios/terminal-curl.yaml`. */
const fileBytes = 134_217_728;

/** For each variant the texts of its samples' records. */
export function processorTable(
  variants: ReadonlyMap<string, readonly string[]>,
  workers: readonly string[],
): string[] {
  const heads = ['variant', ...workers.map((id) => `${id}, s/GB`), 'together, s/GB'];
  const lines = [...variants].map(([variant, samples]) => {
    const each = workers.map((id) => medianOf(samples.flatMap((text) => secondsOf(text, id))));
    const known = each.filter((seconds) => seconds !== undefined);
    const sum = known.reduce((total, seconds) => total + seconds, 0);
    const all = known.length === workers.length ? sum : undefined;
    return [variant, ...[...each, all].map(perGigabyte)];
  });
  return [
    'Time of their first threads on a processor; what a kernel does in interrupts is in none of them.',
    '',
    ...[heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

function secondsOf(text: string, id: string): number[] {
  return text
    .split('\n')
    .filter((line) => line.includes('"program.waited"'))
    .map((line) => JSON.parse(line) as { id?: string; ranNs?: number })
    .flatMap((record) => (record.id === id ? [(record.ranNs ?? 0) / 1e9] : []));
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
}

function perGigabyte(seconds: number | undefined): string {
  return seconds === undefined ? 'none' : (seconds / (fileBytes / 1e9)).toFixed(1);
}
