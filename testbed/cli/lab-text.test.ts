import test from 'ava';
import type { LabReport, NodeReport } from '../labs/keep/messages.ts';
import { link, node, scenario } from '../plan/testing-topology.ts';
import { formatLab, formatRaised } from './lab-text.ts';

const place = { namespace: 'rw-k3f9a-0', namespacePath: '/run/netns/rw-k3f9a-0', hostsPath: '/h' };

function machine(name: string, more: Partial<NodeReport> = {}): NodeReport {
  const interfaces = [{ link: 'wifi', addresses: ['192.168.0.1/29'] }];
  return { name, kind: 'terminal', place, interfaces, processes: [], ...more };
}

const ends = [node('phone', 'terminal'), node('server', 'host')];
const { topology } = scenario({ nodes: ends, links: [link('wifi', ['phone', 'server'])] });
const report: LabReport = {
  card: { name: 'home', runId: 'k3f9a', file: 'home.yaml', pid: 41, sinceMs: 1_000 },
  nodes: [
    machine('phone', { processes: [{ pid: 43, command: 'ping server' }] }),
    machine('box', { kind: 'nat', place: undefined }),
    machine('server'),
  ],
  links: topology.links.map(({ name, between, engine, toward }) => {
    return { name, between, engine, toward };
  }),
  programs: [{ id: 'back', node: 'server', run: 'echo', state: 'ready' }],
  broken: undefined,
};

test('a lab is told with its nodes, links and programs', (t) => {
  const [head, ...lines] = formatLab(report, 62_500).split('\n');
  t.is(head, 'home: home.yaml, up for 61 s, run k3f9a, keeper 41');
  const shown = lines.map((line) => line.replaceAll(/ {2,}/g, ' | '));
  t.true(shown.includes('phone | terminal | wifi 192.168.0.1/29 | 43 ping server'));
  t.true(shown.includes('box | nat | wifi 192.168.0.1/29 | in the hub'));
  t.true(shown.includes('back | server | echo | ready'));
  t.true(shown.some((line) => line.startsWith('wifi | phone | ')));
  t.true(shown.some((line) => line.startsWith(' | server | ')));
});

test('what has no rows has no table', (t) => {
  const text = formatLab({ ...report, programs: [] }, 2_000);
  t.false(text.includes('program'));
});

test('a lab whose hub ended says so first', (t) => {
  const text = formatLab({ ...report, broken: 'the hub ended with SIGKILL' }, 2_000);
  t.is(text.split('\n')[1], 'broken: the hub ended with SIGKILL');
});

test('a long command is cut, so that the table stays one', (t) => {
  const long = machine('phone', { processes: [{ pid: 1, command: 'x'.repeat(200) }] });
  t.true(formatLab({ ...report, nodes: [long] }, 2_000).includes(`1 ${'x'.repeat(59)}…\n`));
});

test('a lab that was raised is counted, with commands that work in it', (t) => {
  t.is(
    formatRaised(report, false),
    [
      'home is up: 3 nodes, 1 link, 1 program',
      '  ropewalk exec phone -- ping -c3 server',
      '  ropewalk shell phone',
      '  ropewalk capture wifi --out wifi.pcapng --for 10s',
      '  ropewalk down home',
      '',
    ].join('\n'),
  );
  t.regex(formatRaised(report, true), /^ {2}sudo ropewalk shell phone$/m);
});

test('nothing is suggested that there is not', (t) => {
  const bare = { ...report, nodes: [machine('box', { place: undefined })], links: [] };
  t.is(formatRaised(bare, false), 'home is up: 1 node, 0 links, 1 program\n  ropewalk down home\n');
});
