import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { FaultError } from '../base/errors.ts';
import { listLinks } from './link.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { RouteSocket } from './route-socket.ts';
import { SystemCallError } from './system-call.ts';
import { keepsLinks, TestCable, labTest as test } from './testing-lab.ts';

const here = () => readlinkSync('/proc/thread-self/ns/net');
const namesHere = () => {
  using socket = new RouteSocket();
  return listLinks(socket).map(({ name }) => name);
};

test('a new namespace has its loopback and nothing else', (t) => {
  using namespace = NetworkNamespace.create();
  t.deepEqual(runInNamespace(namespace, namesHere), ['lo']);
});

test('who runs something in a namespace is back afterwards, also when it throws', (t) => {
  using namespace = NetworkNamespace.create();
  const before = here();
  t.not(runInNamespace(namespace, here), before);
  const failing = () => runInNamespace(namespace, () => NetworkNamespace.open('/nowhere'));
  t.throws(failing, { code: 'ENOENT' });
  t.is(here(), before);
});

test('an action that would go on outside of the namespace is a fault', (t) => {
  using namespace = NetworkNamespace.create();
  const before = here();
  const action = () => runInNamespace(namespace, async () => undefined);
  t.is(t.throws(action, { instanceOf: FaultError })!.code, 'namespace-left');
  t.is(here(), before);
});

test('a path that is no namespace is refused with its errno', (t) => {
  using file = NetworkNamespace.open('/proc/self/status');
  const error = t.throws(() => file.enter(), { instanceOf: SystemCallError })!;
  t.regex(error.message, /^setns\(\d+, CLONE_NEWNET\) failed: .* \(EINVAL\)$/);
  t.is(error.code, 'system-call');
});

test('a socket stays in the namespace in which it was opened', (t) => {
  using cable = new TestCable();
  using socket = runInNamespace(cable.right, () => new RouteSocket());
  t.deepEqual(
    listLinks(socket)
      .map(({ name }) => name)
      .sort(),
    ['cable', 'lo'],
  );
});

test('a worker enters a namespace by its path, and this thread stays where it is', async (t) => {
  using cable = new TestCable();
  const before = here();
  const path = `/proc/${process.pid}/fd/${cable.left.fd}`;
  const room = new URL('.', import.meta.url).href;
  const code = `
      const { parentPort } = require('node:worker_threads');
      (async () => {
        const { NetworkNamespace } = await import('${room}network-namespace.ts');
        const { RouteSocket } = await import('${room}route-socket.ts');
        const { listLinks } = await import('${room}link.ts');
        NetworkNamespace.open('${path}').enter();
        parentPort.postMessage(listLinks(new RouteSocket()).map(({ name }) => name).sort());
      })();`;
  const worker = new Worker(code, { eval: true });
  const names = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  t.deepEqual(names, ['cable', 'lo']);
  t.is(here(), before);
});

test('nothing of a test network is seen from outside of it', (t) => {
  const named = () => (readdirSync('/run').includes('netns') ? readdirSync('/run/netns') : []);
  const before = named();
  keepsLinks(t, () => {
    using cable = new TestCable();
    t.deepEqual(runInNamespace(cable.left, namesHere).sort(), ['cable', 'lo']);
  });
  t.deepEqual(named(), before);
});
