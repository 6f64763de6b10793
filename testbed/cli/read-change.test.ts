import test from 'ava';
import { never } from '../../src/base/time.ts';
import type { LabReport, NodeReport } from '../labs/keep/messages.ts';
import { link, node, scenario } from '../plan/testing-topology.ts';
import type { LinkModel, NodeKind } from '../schema/model.ts';
import { readChange } from './read-change.ts';

/** Names that no file could have. */
const ends = ['phone[1]', 'home[1]'] as const;
const { topology } = scenario({
  nodes: [node(ends[0], 'terminal'), node(ends[1], 'nat')],
  links: [link('wifi[1]', ends)],
});
const [wifi] = topology.links as readonly [LinkModel];
const rated = Object.fromEntries(
  ends.map((end) => [end, { ...wifi.toward[end]!, rateBps: 8e6, delayNs: 10e6 }]),
);

function machine(name: string, kind: NodeKind): NodeReport {
  return { name, kind, place: undefined, interfaces: [], processes: [] };
}

const report: LabReport = {
  card: { name: 'home', runId: 'k3f9a', file: '', pid: 1, sinceMs: 0 },
  nodes: [machine(ends[0], 'terminal'), machine(ends[1], 'nat')],
  links: [{ name: 'wifi[1]', between: ends, engine: 'model', toward: rated }],
  programs: [],
  broken: undefined,
};

const read = (place: string, words: readonly string[], toward?: string) =>
  readChange(report, { place, words, toward });

test('a link is given what an event would set, in both directions or in one', (t) => {
  const patch = { delayNs: 40e6, loss: { model: 'independent', ratio: 0.05 } };
  t.deepEqual(read('wifi[1]', ['delay=40ms', 'loss=5%']), {
    ...{ kind: 'link-set', link: 'wifi[1]' },
    toward: { [ends[0]]: patch, [ends[1]]: patch },
  });
  t.deepEqual(read('wifi[1]', ['rate=unlimited'], ends[1]), {
    ...{ kind: 'link-set', link: 'wifi[1]' },
    toward: { [ends[1]]: { rateBps: never } },
  });
});

test('a queue is measured by the rate and the delays that stand', (t) => {
  const change = read('wifi[1]', ['queue=2 bdp'], ends[0]);
  // 8 Mbit/s for 20 ms there and back are 20 kB, twice that.
  t.like(change, { toward: { [ends[0]]: { queue: { limitBytes: 40_000 } } } });
});

test('a model of loss is written as in a scenario', (t) => {
  const loss = 'loss={ model: gilbert-elliott, good-to-bad: 1 %, bad-to-good: 25 % }';
  const change = read('wifi[1]', [loss], ends[0]);
  t.like(change, { toward: { [ends[0]]: { loss: { goodToBadRatio: 0.01 } } } });
});

test('links and nodes do as they are told', (t) => {
  t.deepEqual(read('wifi[1]', ['down']), { kind: 'link-down', link: 'wifi[1]' });
  t.deepEqual(read('wifi[1]', ['up']), { kind: 'link-up', link: 'wifi[1]' });
  t.deepEqual(read(ends[0], ['crash']), { kind: 'node-crash', node: ends[0] });
  t.deepEqual(read(ends[0], ['restart']), { kind: 'node-restart', node: ends[0] });
  t.deepEqual(read(ends[1], ['reboot']), { kind: 'nat-reboot', node: ends[1] });
});

const refusals: readonly (readonly [Parameters<typeof read>, message: RegExp, hint: RegExp])[] = [
  [['wifi[1]', ['loss=5MB']], /^loss: "5MB" is a size/, /ratio/],
  [['wifi[1]', ['delay=5']], /^delay: "5" has no unit/, /5 ms/],
  [['wifi[1]', ['los=5%']], /"los" is not a known key/, /did you mean "loss"/],
  [['wifi[1]', ['dwon']], /"dwon" says nothing of a link/, /ropewalk change wifi\[1\] loss=5%/],
  [['wifi[1]', ['loss=5%'], 'server'], /server is not an end of wifi\[1\]/, /--toward phone\[1\]/],
  [[ends[0], ['reboot']], /a terminal cannot "reboot"/, /^write one of crash, restart;/],
  [[ends[1], ['down']], /a nat cannot "down"/, /^write one of crash, restart, reboot;/],
];

for (const [words, message, hint] of refusals) {
  test(`refused: ${words.flat().join(' ')}`, (t) => {
    const error = t.throws(() => read(...words), { message }) as Error & { hint: string };
    t.regex(error.hint, hint);
    t.false('place' in error && error.place !== undefined, 'nobody wrote the file');
  });
}
