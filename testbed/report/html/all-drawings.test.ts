import test from 'ava';
import { entryOf } from '../../history/entry.ts';
import type { Metric, Result } from '../../schema/result.ts';
import { resultOf, rowOf, sampleOf } from '../testing-result.ts';
import { drawAll } from './all-drawings.ts';
import { formatCsv, formatSvg } from './standalone.ts';
import { story } from './testing-story.ts';

const ms = (value: number): Metric => ({ kind: 'value', value: value * 1e6, dimension: 'time' });

function drawingsOf(parts: Partial<Result>) {
  const result = resultOf(parts);
  const stories = new Map([[result.samples[0]!.records, story]]);
  const has = () => false;
  const history = [entryOf(result)];
  return drawAll({ result, gate: undefined, stories, has, history, elsewhere: [] });
}

function csvOf(parts: Partial<Result>, id: string): string[] {
  const drawing = drawingsOf(parts).find((one) => one.id === id)!;
  return formatCsv(drawing.data()).trimEnd().split('\r\n');
}

test('behind a timeline are events, flows, gaps, paths, queues, drops and notes, with their units', (t) => {
  const [head, ...rows] = csvOf({}, 'timeline-sample-1');
  t.is(
    head,
    'what,name,toward,from_ns,to_ns,bytes,rate_bps,under_way_frames,queued_frames,dropped_frames,text',
  );
  const kinds = ['event', 'flow', 'gap', 'path', 'link', 'note'];
  const first = kinds.map((kind) => rows.find((row) => row.startsWith(`${kind},`)));
  t.deepEqual(first, [
    'event,silence,,1000000000,2000000000,,,,,,',
    'flow,download,phone,0,1000000000,1000,8000,,,,',
    'gap,download,phone,1000000000,2200000000,,,,,,',
    'path,phone,,0,1000000000,,,,,,wifi',
    'link,wifi,phone,0,1000000000,1000,8000,3,2,0,',
    'note,phone,,1000000000,1000000000,,,,,,wifi down',
  ]);
  t.true(rows.includes('link,wifi,phone,1000000000,2000000000,0,0,0,0,2,'), 'what was dropped');
});

test('an event that stands to the end ends with the run, in the picture and behind it', (t) => {
  const result = resultOf();
  const open = { ...story, events: [{ name: 'silence', fromNs: 1e9, toNs: undefined }] };
  const stories = new Map([[result.samples[0]!.records, open]]);
  const material = { result, gate: undefined, stories, has: () => false };
  const [timeline] = drawAll({ ...material, history: [], elsewhere: [] });
  t.true(formatCsv(timeline!.data()).includes('event,silence,,1000000000,4000000000,'));
  t.true(formatSvg(timeline!).includes('<title>silence: 1 s to 4 s</title>'));
});

test('behind a strip is each mark of it: samples, median, interval, bound, reference, what is missing', (t) => {
  const samples = [10, 20, 30, 40, 50, 60].map((value, at) =>
    sampleOf({ sample: at + 1, metrics: { gap: ms(value) } }),
  );
  const without = sampleOf({ sample: 7, metrics: { gap: { kind: 'missing', reason: 'none' } } });
  const place = { case: 'default', variant: 'default', metric: 'gap' };
  const parts = {
    samples: [...samples, without],
    rows: [rowOf({ bounds: [{ metric: 'gap', operator: '<=', value: 55e6 }] })],
    references: [{ ...place, median: 33e6, date: '2026-01-01' }],
  };
  const [head, ...rows] = csvOf(parts, 'strip-gap');
  t.is(head, 'what,case,variant,sample,value_ns,outlier,operator');
  t.is(rows[0], 'sample,default,default,1,10000000,false,');
  t.deepEqual(rows.slice(6), [
    'missing,default,default,7,,,',
    'median,default,default,,35000000,,',
    // Of six samples the least and the most bound the median.
    'low,default,default,,10000000,,',
    'high,default,default,,60000000,,',
    'bound,default,default,,55000000,,<=',
    'reference,default,default,,33000000,,',
  ]);
});

const boxes = ['a', 'b'].flatMap((home) =>
  ['a', 'b'].map((far, at) =>
    sampleOf({
      case: `nodes.home.nat=${home},nodes.far.nat=${far}`,
      metrics: { gap: ms(at + 1) },
    }),
  ),
);

test('a matrix of boxes is a picture with a figure in each cell, and a row behind each', (t) => {
  const samples = boxes.slice(0, 3);
  const bad = rowOf({
    ...{ case: samples[1]!.case, verdict: 'fail' },
    bounds: [{ metric: 'gap', operator: '<=', value: 1.5e6 }],
  });
  const metrics = { gap: { better: 'lower' as const, marginRatio: undefined } };
  const parts = { samples, rows: [bad], metrics };
  t.deepEqual(csvOf(parts, 'heat-gap'), [
    'nodes.home.nat,nodes.far.nat,median_ns,not_passed',
    'a,a,1000000,',
    'a,b,2000000,fail',
    'b,a,1000000,',
  ]);
  const svg = formatSvg(drawingsOf(parts).find(({ id }) => id === 'heat-gap')!);
  const cells = [...svg.matchAll(/class="heatcell (h\d)"><\/rect><text[^>]*>([^<]*)/g)];
  t.deepEqual(
    cells.map(([, shade, text]) => [shade, text]),
    [
      ['h0', '1 ms'],
      ['h4', '2 ms fail'],
      ['h0', '1 ms'],
      ['h0', '·'],
    ],
  );
});

test('cases and figures of several units have a column for each', (t) => {
  const bits: Metric = { kind: 'value', value: 5e6, dimension: 'rate' };
  const samples = ['near', 'far'].map((id, at) =>
    sampleOf({ case: id, metrics: { gap: ms(at + 1), speed: bits } }),
  );
  t.deepEqual(csvOf({ samples }, 'heat-cases-and-figures'), [
    'case,figure,median_ns,median_bps,not_passed',
    'near,gap,1000000,,',
    'near,speed,,5000000,',
    'far,gap,2000000,,',
    'far,speed,,5000000,',
  ]);
});

test('the figures of several labs are a picture too', (t) => {
  const own = resultOf({ samples: [sampleOf({ metrics: { gap: ms(20) } })] });
  const there = resultOf({ lab: 'netns', samples: [sampleOf({ metrics: { gap: ms(30) } })] });
  const material = { result: own, gate: undefined, stories: new Map(), has: () => false };
  const draw = (elsewhere: Parameters<typeof drawAll>[0]['elsewhere']) =>
    drawAll({ ...material, history: [entryOf(own)], elsewhere });
  const drawing = draw([entryOf(there)]).find(({ id }) => id === 'heat-figures-by-lab')!;
  t.is(
    formatCsv(drawing.data()),
    'figure,lab,median_ns,not_passed\r\ngap,sim,20000000,\r\ngap,netns,30000000,\r\n',
  );
  t.false(draw([]).some(({ id }) => id === 'heat-figures-by-lab'));
});

test('the nodes of a topology stand behind it as its links do', (t) => {
  const sketch = {
    nodes: [
      { name: 'phone', kind: 'terminal', count: 1, labels: [] },
      { name: 'server', kind: 'host', count: 2, labels: ['fast'] },
    ],
    links: [
      { name: 'wire', between: ['phone', 'server'] as const, count: 1, labels: ['5 Mbit/s'] },
    ],
  };
  t.deepEqual(csvOf({ sketch }, 'topology'), [
    'what,name,kind,from,to,count,settings',
    'node,phone,terminal,,,1,',
    'node,server,host,,,2,fast',
    'link,wire,,phone,server,1,5 Mbit/s',
  ]);
});

test('the moment that a diagram of packets is around is marked behind it', (t) => {
  const [head, ...rows] = csvOf({}, 'exchange-sample-1');
  t.is(head, 'kind,sent_ns,arrived_ns,from,to,text');
  t.is(rows[1], 'moment,1000000000,,lab,,silence begins');
});

test('pictures whose names differ by signs alone are files of their own, with names that fit', (t) => {
  const metrics = { 'a.b': ms(1), 'a-b': ms(2), ['x'.repeat(300)]: ms(3) };
  const ids = drawingsOf({ samples: [sampleOf({ metrics })] }).map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
  t.true(ids.includes('strip-a-b') && ids.includes('strip-a-b--2'), ids.join());
  t.true(ids.every(({ length }) => length < 250));
});
