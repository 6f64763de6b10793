/** A lab that starts a program, says its pid, and is killed once that is ready. */
import process from 'node:process';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import { CatalogueProcess } from './catalogue-process.ts';
import { siteHere } from './site-here.ts';

const started = new CatalogueProcess({
  planned: {
    ...{ id: 'echo', node: 'here', run: 'echo', settings: { port: 0 } },
    ...{ traffic: undefined, awaited: false, opens: false, startNs: 0 },
  },
  ...{ seed: 1, stack: 'kernel', start: readMonotonic(), outputPath: undefined },
  onRecord: ({ kind }) => {
    if (kind === 'program.ready') process.kill(process.pid, 'SIGKILL');
  },
  site: siteHere({
    ...{
      runId: 'killed',
      runFolder: '/nowhere',
      namespacePath: '/proc/self/ns/net',
      hostsPath: '/etc/hosts',
    },
    ledger: {
      noteProcess: (pid) => void process.stdout.write(`${pid}\n`),
      strikeProcess: () => {},
    },
  }),
});
await started.prepared;
started.begin();
