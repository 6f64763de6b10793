import { closeDescriptor, readDescriptor, waitReadable, writeDescriptor } from './descriptor.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { labTest as test } from './testing-lab.ts';
import { acceptNext, connectTo, listenUnder } from './unix-socket.ts';

test('messages keep their bounds in both directions, and the end of the peer is seen', (t) => {
  using namespace = NetworkNamespace.create();
  const server = runInNamespace(namespace, () => listenUnder('test'))!;
  t.is(acceptNext(server), undefined);
  const client = runInNamespace(namespace, () => connectTo('test'))!;
  const accepted = acceptNext(server)!;
  writeDescriptor(client, Uint8Array.of(1, 2));
  writeDescriptor(client, Uint8Array.of(3));
  const room = new Uint8Array(8);
  t.is(readDescriptor(accepted, room), 2);
  t.is(readDescriptor(accepted, room), 1);
  t.is(readDescriptor(accepted, room), undefined);
  t.is(writeDescriptor(accepted, new Uint8Array(65_536)), 65_536);
  closeDescriptor(accepted);
  t.is(readDescriptor(client, new Uint8Array(65_536)), 65_536);
  t.true(waitReadable(client, 0));
  t.is(readDescriptor(client, room), 0);
  closeDescriptor(client);
  closeDescriptor(server);
});

test('a name is taken once, is free when its owner is gone, and is of one namespace', (t) => {
  using one = NetworkNamespace.create();
  using other = NetworkNamespace.create();
  const listen = (namespace: NetworkNamespace) =>
    runInNamespace(namespace, () => listenUnder('test'));
  const first = listen(one)!;
  t.is(listen(one), undefined);
  t.is(
    runInNamespace(other, () => connectTo('test')),
    undefined,
  );
  const elsewhere = listen(other)!;
  closeDescriptor(first);
  closeDescriptor(elsewhere);
  const again = listen(one)!;
  t.true(again > 0);
  closeDescriptor(again);
});
