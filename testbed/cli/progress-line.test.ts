import test from 'ava';
import { startProgress } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

function terminalOf(isWatched: boolean) {
  const said: string[] = [];
  const terminal: Terminal = {
    look: { colour: false, columns: 40 },
    isWatched,
    print: () => {},
    say: (text) => said.push(text),
    signal: new AbortController().signal,
  };
  return { terminal, said };
}

const slot = { caseId: 'links.lte.delay=60ms', variant: 'default', sample: 3, seed: 1 };

test('who watches sees one line that is drawn anew, no wider than the window, and wiped at the end', (t) => {
  const { terminal, said } = terminalOf(true);
  const progress = startProgress(terminal, 'failover');
  progress.begin(slot, 2, 7, 1);
  progress.end();
  t.deepEqual(said, ['\r\u001b[Kfailover  2 of 7  links.lte.delay=60ms,', '\r\u001b[K']);
});

test('a log gets plain lines, and few of them', (t) => {
  const { terminal, said } = terminalOf(false);
  const progress = startProgress(terminal, 'failover');
  for (let done = 0; done < 7; done++) progress.begin(slot, done, 7, 1);
  progress.end();
  t.deepEqual(said, ['failover: 0 of 7 samples, now links.lte.delay=60ms, sample 3\n']);
});

test('a second look is said as it begins', (t) => {
  const { terminal, said } = terminalOf(false);
  const progress = startProgress(terminal, 'failover');
  progress.begin(slot, 0, 7, 1);
  progress.begin(slot, 7, 15, 2);
  progress.begin(slot, 8, 15, 2);
  t.deepEqual(said.slice(1), [
    'failover: look 2: 7 of 15 samples, now links.lte.delay=60ms, sample 3\n',
  ]);
});
