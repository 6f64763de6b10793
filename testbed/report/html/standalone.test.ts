import test from 'ava';
import type { Drawing } from './drawing.ts';
import { formatSvg, styleOnWhite } from './standalone.ts';
import { style } from './style.ts';

const drawing: Drawing = {
  id: 'strip-gap',
  title: 'gap',
  about: 'One sample.',
  width: 200,
  height: 40,
  content: '',
  data: () => ({ heads: [], rows: [] }),
};

test('an exported picture is on white, with dark ink, whatever its viewer prefers', (t) => {
  const svg = formatSvg(drawing);
  t.true(style.includes('prefers-color-scheme'));
  t.false(svg.includes('prefers-color-scheme'));
  t.deepEqual(
    [...svg.matchAll(/--ink:(#\w+)/g)].map(([, ink]) => ink),
    ['#1b1f24'],
  );
  t.true(svg.includes('<rect width="200" height="40" fill="#fff">'));
});

test('an exported picture has the rules of pictures and none of the page', (t) => {
  const svg = formatSvg(drawing);
  t.true(svg.includes('svg text{'));
  t.true(svg.includes('.bound{'));
  for (const rule of ['@media', 'body{', 'table{']) t.false(svg.includes(rule), rule);
});

test('a style in which a part is not found is an error, not a style of everything', (t) => {
  const renamed = style.replace('@media screen and (prefers', '@media (prefers');
  t.throws(() => styleOnWhite(renamed), { message: /prefers-color-scheme/ });
});
