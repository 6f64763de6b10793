import test, { type ExecutionContext } from 'ava';
import { chooseKeptLab, linksOf, placeOn } from './choose-kept-lab.ts';
import type { LabCard, LabReport } from './messages.ts';

const card = (name: string): LabCard => ({ name, runId: 'k3f9a', file: '', pid: 1, sinceMs: 0 });
const found = (...names: readonly string[]) => names.map((name) => ({ card: card(name) }));
const again = (name: string) => `ropewalk down ${name}`;
const place = { namespace: 'rw', namespacePath: '/run/netns/rw', hostsPath: '/h' };
const report: LabReport = {
  card: card('home'),
  nodes: [
    {
      ...{ name: 'phone', kind: 'terminal', place, processes: [] },
      interfaces: [
        { link: 'wifi', addresses: [] },
        { link: 'lte', addresses: [] },
      ],
    },
    {
      ...{ name: 'home', kind: 'nat', place: undefined, processes: [] },
      interfaces: [{ link: 'wifi', addresses: [] }],
    },
  ],
  links: ['wifi', 'lte'].map((name) => {
    return { name, between: ['phone', 'home'], engine: 'model', toward: {} };
  }),
  programs: [],
  broken: undefined,
};

function refused(t: ExecutionContext, action: () => unknown, code: string, hint: RegExp): void {
  const error = t.throws(action, { code }) as Error & { hint: string };
  t.regex(error.hint, hint);
}

test('where one lab stands, it is the one', (t) => {
  t.is(chooseKeptLab(found('home'), undefined, again).card.name, 'home');
  t.is(chooseKeptLab(found('home', 'work'), 'work', again).card.name, 'work');
});

test('where none or several stand, the next thing to type is said', (t) => {
  refused(t, () => chooseKeptLab([], undefined, again), 'no-lab-up', /ropewalk up /);
  const both = found('home', 'work');
  const error = t.throws(() => chooseKeptLab(both, undefined, again), { code: 'which-lab' });
  t.is(error.message, '2 labs are up: home, work');
  refused(t, () => chooseKeptLab(both, undefined, again), 'which-lab', /: ropewalk down home$/);
});

test('a name that is nearly right is suggested, another is told what there is', (t) => {
  refused(t, () => chooseKeptLab(found('home'), 'hoem', again), 'unknown-kept-lab', /mean home\?/);
  refused(t, () => chooseKeptLab(found('home'), 'x', again), 'unknown-kept-lab', /^there is home$/);
  refused(t, () => placeOn(report, 'phon'), 'unknown-node', /mean phone\?/);
  refused(t, () => linksOf(report, 'wiffi'), 'unknown-link', /mean wifi\?/);
});

test('a machine of the hub is no place for a process', (t) => {
  t.is(placeOn(report, 'phone'), place);
  refused(t, () => placeOn(report, 'home'), 'node-in-hub', /^choose one of phone; .*capture wifi$/);
});

test('a node stands for all of its links', (t) => {
  t.deepEqual(linksOf(report, 'lte'), ['lte']);
  t.deepEqual(linksOf(report, 'phone'), ['wifi', 'lte']);
});
