/** The topology as the YAML has it: a box a key, layer by layer from the first terminal. */
import type { SketchLink, SketchNode, TopologySketch } from '../../schema/result.ts';
import { type Drawing, fitText } from './drawing.ts';
import { type Child, element } from './element.ts';

const boxPx = { width: 132, height: 46 } as const;
const columnPx = 330;
const rowPx = 130;

interface Spot {
  readonly node: SketchNode;
  readonly x: number;
  readonly y: number;
  /** Its label stands above it, where others of its layer stand below. */
  readonly isUpper: boolean;
}

export function drawTopology(sketch: TopologySketch): Drawing {
  const layers = layersOf(sketch);
  const tallest = Math.max(...layers.map(({ length }) => length));
  const height = tallest * rowPx + 10;
  const spots = new Map(
    layers.flatMap((layer, column) =>
      layer.map((node, row): [string, Spot] => {
        const y = 5 + (row + 0.5) * (height / layer.length);
        const x = boxPx.width / 2 + 6 + column * columnPx;
        return [node.name, { node, x, y, isUpper: row < layer.length - 1 }];
      }),
    ),
  );
  const { nodes, links } = sketch;
  return {
    id: 'topology',
    title: 'Topology',
    about: `${nodes.length} nodes and ${links.length} links: ${links.map(({ between }) => between.join(' to ')).join('; ')}.`,
    width: Math.max(300, (layers.length - 1) * columnPx + boxPx.width + 12),
    height,
    content: [
      [...bundle(links)].map((bundled) => drawLinks(bundled, spots)),
      [...spots.values()].map(drawNode),
    ],
    summary: {
      heads: ['name', 'kind or ends', 'how many', 'settings'],
      rows: [
        ...nodes.map(({ name, kind, count, labels }) => [name, kind, count, labels.join(' | ')]),
        ...links.map(({ name, between, count, labels }) => [
          ...[name, between.join(' – '), count],
          labels.join(' | '),
        ]),
      ],
    },
    data: () => ({
      heads: ['what', 'name', 'kind', 'from', 'to', 'count', 'settings'],
      rows: [
        ...nodes.map(({ name, kind, count, labels }) => [
          ...['node', name, kind, undefined, undefined, count],
          labels.join(' | '),
        ]),
        ...links.map(({ name, between, count, labels }) => [
          ...['link', name, undefined, ...between, count],
          labels.join(' | '),
        ]),
      ],
    }),
  };
}

/** By the number of links from the first terminal; what nothing leads to stands last. */
function layersOf({ nodes, links }: TopologySketch): SketchNode[][] {
  const start = nodes.find(({ kind }) => kind === 'terminal') ?? nodes[0]!;
  const depths = new Map([[start.name, 0]]);
  for (const name of depths.keys()) {
    for (const { between } of links) {
      const other = between[0] === name ? between[1] : between[1] === name ? between[0] : undefined;
      if (other !== undefined && !depths.has(other)) depths.set(other, depths.get(name)! + 1);
    }
  }
  const deepest = Math.max(...depths.values());
  const layers = Map.groupBy(nodes, ({ name }) => depths.get(name) ?? deepest + 1);
  return [...layers].toSorted(([a], [b]) => a - b).map(([, own]) => own);
}

/** Links between the same two are drawn side by side. */
function bundle(links: readonly SketchLink[]): Iterable<SketchLink[]> {
  return Map.groupBy(links, ({ between }) => between.toSorted().join(' ')).values();
}

function drawLinks(links: readonly SketchLink[], spots: ReadonlyMap<string, Spot>): Child {
  const [a, b] = links[0]!.between.map((name) => spots.get(name));
  if (a === undefined || b === undefined) return undefined;
  const isUpright = a.x === b.x;
  return links.map((link, at) => {
    const shift = (at - (links.length - 1) / 2) * 40;
    const [dx, dy] = isUpright ? [shift, 0] : [0, shift];
    const [x, y] = [(a.x + b.x) / 2 + dx, (a.y + b.y) / 2 + dy];
    const path = `M${a.x} ${a.y}Q${x + dx} ${y + dy} ${b.x} ${b.y}`;
    return [element('path', { class: 'wire', d: path }), drawLabel(link, x, y, isUpright)];
  });
}

function drawLabel(
  { name, count, labels }: SketchLink,
  x: number,
  y: number,
  isUpright: boolean,
): Child {
  const title = count > 1 ? `${name} ×${count}` : name;
  const others = labels.length > 1 ? [`and ${labels.length - 1} other settings`] : [];
  const lines = [...labels.slice(0, 1).flatMap(shortLines), ...others];
  const anchor = isUpright ? { x: x + 8 } : { x };
  const className = isUpright ? 'halo' : 'middle halo';
  return [
    element('text', { ...anchor, y: y - 4, class: `${className} strong` }, title),
    lines
      .slice(0, 3)
      .map((line, at) =>
        element(
          'text',
          { ...anchor, y: y + 10 + at * 13, class: `${className} small` },
          fitText(line, columnPx - boxPx.width - 8, 5.6),
          element('title', {}, labels.join(' | ')),
        ),
      ),
  ];
}

/** The queue is told in the table. */
function shortLines(label: string): string[] {
  const brief = label
    .replaceAll(' one way', '')
    .replaceAll(/,? ?queue [^,;]*(?:, \d+ bdp)?(?: \(default\))?/g, '');
  return brief.split('; ');
}

function drawNode({ node: { name, kind, count, labels }, x, y, isUpper }: Spot): Child {
  const { width, height } = boxPx;
  const rounded = kind === 'nat' || kind === 'switch' ? 2 : 10;
  const [left, top] = [x - width / 2, y - height / 2];
  const more =
    labels.length === 1 ? labels[0]! : labels.length > 1 ? `${labels.length} settings` : '';
  return [
    element(
      'rect',
      { x: left, y: top, width, height, rx: rounded, class: `node ${kind}` },
      element('title', {}, [name, kind, ...labels].join(', ')),
    ),
    element(
      'text',
      { x, y: y - 3, class: 'middle strong' },
      fitText(count > 1 ? `${name} ×${count}` : name, width - 6, 7),
    ),
    element('text', { x, y: y + 12, class: 'middle small' }, kind),
    more !== '' &&
      element(
        'text',
        { x, y: isUpper ? top - 6 : top + height + 13, class: 'middle small halo' },
        fitText(more, 220, 5.6),
      ),
  ];
}
