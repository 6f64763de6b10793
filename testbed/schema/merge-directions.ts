/**
 * What is asked for in each direction of a link. Later layers win: defaults' preset, defaults, the
 * link's preset, the link, and what it says of one direction.
 */
import { nearestWord } from '../../src/base/nearest.ts';
import {
  type RawDirection,
  type RawLink,
  type RawLinkDefaults,
  readLinkPreset,
} from './link-fields.ts';
import type { SourcePath } from './loaded.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';

export type DirectionField = keyof RawDirection;

export interface MergedDirection {
  readonly fields: RawDirection;
  /** Where each field was written; a preset's stand at the word that names it. */
  readonly paths: ReadonlyMap<DirectionField, SourcePath>;
}

interface Layer {
  readonly fields: RawDirection;
  readonly pathOf: (field: string) => SourcePath;
}

export interface LinkEnds {
  /** As `between:` names them: keys of `toward:`. */
  readonly keys: readonly [string, string];
}

/** The two directions, in the order of `between:` by where they lead. */
export function mergeDirections(
  name: string,
  raw: RawLink,
  defaults: RawLinkDefaults,
  ends: LinkEnds,
  report: Report,
): readonly [MergedDirection, MergedDirection] {
  const path = ['links', name];
  checkTowardKeys(path, raw, ends, report);
  const [first, second] = ends.keys;
  const common = (key: string): Layer[] => [
    ...layersOf(['defaults', 'links'], defaults, key === first),
    ...layersOf(path, raw, key === first),
  ];
  const own = (key: string): Layer[] => {
    const fields = raw.toward?.[key];
    return fields === undefined ? [] : [plainLayer([...path, 'toward', key], fields)];
  };
  return [
    mergeLayers([...common(first), ...own(first)]),
    mergeLayers([...common(second), ...own(second)]),
  ];
}

function checkTowardKeys(path: SourcePath, raw: RawLink, ends: LinkEnds, report: Report): void {
  for (const key of Object.keys(raw.toward ?? {})) {
    if (ends.keys.includes(key)) continue;
    const nearest = nearestWord(key, ends.keys);
    const hint =
      nearest === undefined ? `write ${ends.keys.join(' or ')}` : `did you mean "${nearest}"?`;
    const message = `${quote(key)} is not an end of this link`;
    report({ code: 'unknown-node', path: [...path, 'toward', key], aim: 'key', message, hint });
  }
}

/** The preset of a layer, and the layer itself. */
function layersOf(path: SourcePath, raw: RawLink | RawLinkDefaults, isFirst: boolean): Layer[] {
  const layers: Layer[] = [];
  if (raw.preset !== undefined) {
    const fields = readLinkPreset(raw.preset, isFirst);
    layers.push({ fields, pathOf: () => [...path, 'preset'] });
  }
  const { preset, engine, ...rest } = raw;
  const { between, toward, ...fields } = { between: undefined, toward: undefined, ...rest };
  layers.push(plainLayer(path, fields));
  return layers;
}

function plainLayer(path: SourcePath, fields: RawDirection): Layer {
  return { fields, pathOf: (field) => [...path, field] };
}

function mergeLayers(layers: readonly Layer[]): MergedDirection {
  const fields: Record<string, unknown> = {};
  const paths = new Map<DirectionField, SourcePath>();
  for (const layer of layers) {
    for (const [field, value] of Object.entries(layer.fields)) {
      if (value === undefined) continue;
      fields[field] = value;
      paths.set(field as DirectionField, layer.pathOf(field));
    }
  }
  return { fields: fields as RawDirection, paths };
}

/** What an event changes, over what stands. */
export function patchDirection(
  merged: MergedDirection,
  fields: RawDirection,
  path: SourcePath,
): MergedDirection {
  const before: Layer = {
    fields: merged.fields,
    pathOf: (field) => merged.paths.get(field as DirectionField) ?? path,
  };
  return mergeLayers([before, plainLayer(path, fields)]);
}
