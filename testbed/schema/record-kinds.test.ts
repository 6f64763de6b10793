import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { complaintsOn, loadText } from './loading.ts';
import { recordKinds } from './record-kinds.ts';

const root = join(import.meta.dirname, '../..');
const sources = globSync('{src,testbed}/**/*.ts', { cwd: root })
  .filter((path) => !/\.(?:test|lab)\.ts$|\.conformance\.ts$|testing-|record-kinds/.test(path))
  .map((path) => readFileSync(join(root, path), 'utf8'));

/** What is handed to a sink or put into a record, and whatever else begins like a kind that is known. */
function findKinds(text: string): string[] {
  const rooms = [...new Set(recordKinds.map((kind) => kind.split('.')[0]!))].join('|');
  const written = /(?:record\(|noteFlow\([^']*|kind: )\s*'([a-z-]+\.[a-z-]+)'/g;
  const like = new RegExp(`'((?:${rooms})\\.(?!(?:json|csv)')[a-z-]+)'`, 'g');
  return [written, like].flatMap((pattern) => [...text.matchAll(pattern)].map((hit) => hit[1]!));
}

test('the table holds the kinds that the sources write, and no others', (t) => {
  t.deepEqual([...new Set(sources.flatMap(findKinds))].toSorted(), [...recordKinds]);
});

test('a kind of a room that is not known yet is found as well', (t) => {
  t.deepEqual(findKinds("sink.record('nobody.opened', {});"), ['nobody.opened']);
  t.deepEqual(findKinds("sink.record(\n  'nobody.opened', {});"), ['nobody.opened']);
});

const counting = (run: string, kind: string) => `
scenario: counting
nodes: { phone: { kind: terminal }, server: { kind: host } }
links: { wifi: { between: [phone, server], delay: 1 ms } }
programs: { probe: { on: server, run: ${run} } }
measure: { noted: { what: count, of: probe, kind: ${kind} } }
`;
const echo = 'echo, with: { port: 7 }';
const complaints = (run: string, kind: string) => complaintsOn(() => loadText(counting(run, kind)));

test('a kind that no built-in program writes is refused, unless a program of ones own runs', (t) => {
  for (const kind of recordKinds) t.deepEqual(complaints(echo, kind), [], kind);
  t.regex(complaints(echo, 'program.raedy')[0]!, /did you mean "program\.ready"\?/);
  t.deepEqual(complaints('[./probe, --fast]', 'probe.noted'), []);
});
