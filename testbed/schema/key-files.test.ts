import test from 'ava';
import { loadScenario } from './load.ts';
import { complaintsOn, readFrom } from './loading.ts';

function scenarioWith(setting: string): string {
  return `
scenario: tunnel
nodes:
  phone: { kind: terminal, stack: own }
  gateway: { kind: proxy, stack: own }
links:
  wifi: { between: [phone, gateway], rate: 10 Mbit/s, delay: 10 ms }
programs:
  landing: { on: gateway, run: proxy, with: { ${setting} } }
traffic:
  talk: { run: stream, from: phone, to: gateway, rate: 1 Mbit/s, count: 100 }
`;
}

function load(setting: string, files: Readonly<Record<string, string>> = {}) {
  const readText = readFrom({ 'labs/tunnel.yaml': scenarioWith(setting), ...files });
  return loadScenario('labs/tunnel.yaml', readText).resolve('default', 'default');
}

test('a key that stands in a file beside the scenario is its text without the space around it', (t) => {
  const { programs } = load('key-file: secret.key', { 'labs/secret.key': ' open sesame\n' });
  t.deepEqual(programs[0]!.with, { key: 'open sesame' });
});

test('a key that stands in the scenario stays as it is', (t) => {
  t.deepEqual(load('key: sesame').programs[0]!.with, { key: 'sesame' });
});

test('a file that is not there, or says nothing, is no key', (t) => {
  const hint = 'the path counts from the folder of this file; any text is a key';
  t.regex(
    complaintsOn(() => load('key-file: secret.key')).join('\n'),
    /secret\.key.*can’t be read/,
  );
  const empty = complaintsOn(() => load('key-file: secret.key', { 'labs/secret.key': ' \n' }));
  t.regex(empty.join('\n'), /is empty/);
  t.true(empty.join('\n').includes(hint));
});

test('a key and a file with a key are one too many', (t) => {
  const complaints = complaintsOn(() =>
    load('key: sesame, key-file: secret.key', { 'labs/secret.key': 'sesame' }),
  );
  t.regex(complaints.join('\n'), /conflicting-keys/);
});
