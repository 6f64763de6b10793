import test from 'ava';
import {
  parseDuration,
  parseRate,
  parseRatio,
  parseSize,
  type Reading,
} from '../../src/base/units.ts';
import { linkPresetNames, linkPresets, presetDirection } from './link-presets.ts';

function read(reading: Reading): number {
  if (typeof reading === 'number') return reading;
  throw new Error(reading.problem);
}

const directions = linkPresetNames.flatMap((name) =>
  [true, false].map((towardFirst) => ({ name, fields: presetDirection(name, towardFirst) })),
);

for (const [at, { name, fields }] of directions.entries()) {
  test(`${name} ${at % 2 === 0 ? 'down' : 'up'} is made of quantities that a link can have`, (t) => {
    t.true(read(parseRate(fields.rate)) > 0);
    t.true(read(parseDuration(fields.jitter)) <= read(parseDuration(fields.delay)));
    const queue = /^(\d+) (packets|bdp)$/.exec(fields.queue);
    t.true(queue !== null || read(parseSize(fields.queue)) > 0);
    const ratios =
      typeof fields.loss === 'string'
        ? [fields.loss]
        : [fields.loss['good-to-bad'], fields.loss['bad-to-good']];
    t.true(ratios.map((text) => read(parseRatio(text))).every((ratio) => ratio >= 0 && ratio <= 1));
  });
}

test('each preset says where its figures come from, in a sentence', (t) => {
  for (const name of linkPresetNames) t.regex(linkPresets[name].source, /^[A-Z].{80,}\.$/);
});

test('down leads to the first end and is the faster direction', (t) => {
  t.is(presetDirection('lte', true).rate, '50 Mbit/s');
  t.is(presetDirection('lte', false).rate, '10 Mbit/s');
  for (const name of linkPresetNames) {
    const { down, up } = linkPresets[name];
    t.true(read(parseRate(down.rate)) >= read(parseRate(up.rate)));
  }
});

test('no satellite link is faster than light', (t) => {
  const speedOfLight = 299_792_458;
  const leastGeoNs = ((2 * 35_786_000) / speedOfLight) * 1e9;
  const leastLeoNs = ((2 * 550_000) / speedOfLight) * 1e9;
  const shortestNs = (name: 'satellite-geo' | 'satellite-leo') => {
    const { delay, jitter } = presetDirection(name, true);
    return read(parseDuration(delay)) - read(parseDuration(jitter));
  };
  t.true(shortestNs('satellite-geo') > leastGeoNs);
  t.true(shortestNs('satellite-leo') > leastLeoNs);
});
