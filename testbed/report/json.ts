/** `result.json`, and what `--json` prints. */
import type { Result } from '../schema/result.ts';

export function formatJson(result: Result | readonly Result[]): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
