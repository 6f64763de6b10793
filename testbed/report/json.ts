/** How every JSON document of ours is written: `result.json`, and what `--json` prints. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
