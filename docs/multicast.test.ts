/** What docs/multicast.md has one write is what the switch reads, and what it tells of the attributes is so. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { writeRadiusConfiguration } from '../src/access/free-radius.ts';
import { readAccessSettings } from '../src/access/settings.ts';
import { defaultSettings } from '../src/multicast/settings.ts';

const page = readFileSync(new URL('multicast.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```(\w*)\n([\s\S]*?)```/g)];

test('the switch that the page describes is one', (t) => {
  const settings = readAccessSettings(JSON.parse(blocks.find(([, kind]) => kind === 'json')![2]!));
  t.deepEqual(settings.ports, [
    { name: 'p1', mode: 'mac-based' },
    { name: 'p2', mode: 'mac-based' },
  ]);
  t.is(settings.servers[0]!.accountingPort, 1_813);
});

test('the vendor that the page tells is the one that is generated', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-radius-'));
  const accounts = [{ name: 'alice', password: 'a-secret', groups: ['239.1.1.1'] }];
  const plan = { addresses: ['10.9.0.2'], clients: ['10.9.0.1'], secret: 'between-us', accounts };
  writeRadiusConfiguration(folder, { ...plan, certificates: folder });
  const [, , vendor] = blocks.find(([, , text]) => text!.startsWith('VENDOR'))!;
  t.true(readFileSync(join(folder, 'dictionary'), 'utf8').includes(vendor!));
  const [line] = readFileSync(join(folder, 'groups'), 'utf8').split('\n');
  t.true(page.includes(line!.replace('"alice"', 'alice')));
  rmSync(folder, { recursive: true });
});

test('the bounds that the page tells are those of the machine', (t) => {
  t.true(page.includes(`more than ${defaultSettings.mostGroups}\ngroups a port`));
  t.true(page.includes(`more than ${defaultSettings.requestsPerSecond} requests a second`));
});
