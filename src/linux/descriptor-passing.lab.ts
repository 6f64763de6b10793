import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import {
  closeDescriptor,
  openSocketPair,
  readDescriptor,
  waitReadable,
  writeDescriptor,
} from './descriptor.ts';
import { mostDescriptors, passDescriptors, receiveDescriptors } from './descriptor-passing.ts';
import { openProcess, takeDescriptor } from './pidfd.ts';
import { errno, SystemCallError } from './system-call.ts';
import { labTest as test } from './testing-lab.ts';

const closeAll = (descriptors: readonly number[]) => {
  for (const fd of descriptors) closeDescriptor(fd);
};

test('a descriptor that is passed is the same open file, with its note', (t) => {
  const [sender, receiver] = openSocketPair('sequenced');
  const [one, other] = openSocketPair('stream');
  t.is(receiveDescriptors(receiver), undefined);
  t.true(passDescriptors(sender, { descriptors: [one], note: Uint8Array.of(7, 8) }));
  const { descriptors, note } = receiveDescriptors(receiver)!;
  t.deepEqual([...note], [7, 8]);
  t.is(descriptors.length, 1);
  writeDescriptor(descriptors[0]!, Uint8Array.of(42));
  const into = new Uint8Array(1);
  t.is(readDescriptor(other, into), 1);
  t.is(into[0], 42);
  closeAll([sender, receiver, one, other, ...descriptors]);
});

test('as many descriptors as the kernel allows go at once; one more is refused', (t) => {
  const [sender, receiver] = openSocketPair('sequenced');
  const note = Uint8Array.of(1);
  const many = Array.from({ length: mostDescriptors }, () => sender);
  t.true(passDescriptors(sender, { descriptors: many, note }));
  const { descriptors } = receiveDescriptors(receiver)!;
  t.is(descriptors.length, mostDescriptors);
  const tooMany = () => passDescriptors(sender, { descriptors: [...many, sender], note });
  t.is(t.throws(tooMany, { instanceOf: SystemCallError })!.errno, errno.EINVAL);
  closeAll([sender, receiver, ...descriptors]);
});

test('a note without descriptors arrives, and a closed end is an empty note', (t) => {
  const [sender, receiver] = openSocketPair('stream');
  t.true(passDescriptors(sender, { descriptors: [], note: Uint8Array.of(5) }));
  t.deepEqual(receiveDescriptors(receiver), { descriptors: [], note: Uint8Array.of(5) });
  closeDescriptor(sender);
  t.deepEqual(receiveDescriptors(receiver), { descriptors: [], note: new Uint8Array(0) });
  closeDescriptor(receiver);
});

test('a far end that closed without reading what was sent to it is a closed end', (t) => {
  const [sender, receiver] = openSocketPair('stream');
  const note = Uint8Array.of(5);
  t.true(passDescriptors(sender, { descriptors: [], note }));
  closeDescriptor(receiver);
  t.deepEqual(receiveDescriptors(sender), { descriptors: [], note: new Uint8Array(0) });
  t.false(passDescriptors(sender, { descriptors: [], note }));
  closeDescriptor(sender);
});

test('a descriptor is taken from another process, whose end is seen', async (t) => {
  const child = spawn('/bin/cat', [], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  const processFd = openProcess(child.pid!);
  const input = takeDescriptor(processFd, 0);
  t.is(inodeOf('self', input), inodeOf(String(child.pid), 0));
  t.false(waitReadable(processFd, 0));
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
  t.true(waitReadable(processFd, 5_000));
  closeAll([processFd, input]);
});

test('a process or a descriptor that there is not is refused', (t) => {
  const own = openProcess(process.pid);
  const taking = t.throws(() => takeDescriptor(own, 1_000_000), { instanceOf: SystemCallError })!;
  t.regex(taking.message, /^pidfd_getfd\(\d+, 1000000\) failed: .*\(EBADF\)$/);
  const opening = t.throws(() => openProcess(-1), { instanceOf: SystemCallError })!;
  t.is(opening.errno, errno.EINVAL);
  closeDescriptor(own);
});

/** What a descriptor of a process stands for. */
function inodeOf(process: string, fd: number): string {
  const info = readFileSync(`/proc/${process}/fdinfo/${fd}`, 'utf8');
  return /ino:\s*(\d+)/.exec(info)![1]!;
}
