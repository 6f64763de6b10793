/** Watched flows: between whom, and which packets are theirs. */
import type { WatchModel } from './model.ts';
import type { RawWatch } from './program-fields.ts';
import { quote } from './quote.ts';
import { findHost, type References } from './references.ts';

export function resolveWatches(
  raw: Readonly<Record<string, RawWatch>>,
  references: References,
): WatchModel[] {
  return Object.entries(raw).flatMap(([name, watch]) => {
    const path = ['watch', name];
    const from = findHost(references, watch.from, [...path, 'from']);
    const to = findHost(references, watch.to, [...path, 'to']);
    if (from === undefined || to === undefined) return [];
    if (from === to) {
      const message = `${quote(watch.to)} would send to itself`;
      const hint = 'name two different nodes';
      references.report({ code: 'same-node', path: [...path, 'to'], message, hint });
    }
    return [{ name, from, to, protocol: watch.protocol ?? 'tcp', port: watch.port }];
  });
}
