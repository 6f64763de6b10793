import test from 'ava';
import type { Frame } from '../../../src/base/frame.ts';
import type { Field } from '../../../src/trace/record.ts';
import { PacketMemory } from './packet-memory.ts';

/** The number stands in the frame's first byte. */
function frameOf(number: number): Frame {
  const bytes = new Uint8Array(200).fill(7);
  bytes[0] = number;
  return { bytes, length: 200 };
}

/** Frames `from` to `to`, a millisecond apart. */
function see(memory: PacketMemory, from: number, to: number): void {
  for (let number = from; number <= to; number++) {
    memory.frame(number * 1e6, 'phone', 'wifi', 'outbound', frameOf(number));
  }
}

function momentsOf(memory: PacketMemory): Readonly<Record<string, Field>>[] {
  const moments: Readonly<Record<string, Field>>[] = [];
  memory.write((_, __, ___, fields) => moments.push(fields), 0);
  return moments;
}

function numbersIn({ head }: Readonly<Record<string, Field>>): number[] {
  return (head as readonly string[]).map((text) => Number.parseInt(text.slice(0, 2), 16));
}

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('of a run the first packets are kept, and of a moment those before and after it', (t) => {
  const memory = new PacketMemory();
  see(memory, 1, 100);
  memory.mark(100.5e6, 'link-down');
  see(memory, 101, 200);
  const [start, down, ...others] = momentsOf(memory);
  t.deepEqual(numbersIn(start!), upTo(1, 40));
  t.deepEqual(numbersIn(down!), upTo(85, 140));
  t.like(down, { about: 'link-down', momentNs: 100.5e6 });
  t.deepEqual(others, []);
});

test('no packet is kept twice, however close moments are', (t) => {
  const memory = new PacketMemory();
  see(memory, 1, 45);
  memory.mark(45e6, 'first');
  see(memory, 46, 50);
  memory.mark(50e6, 'second');
  see(memory, 51, 120);
  const numbers = momentsOf(memory).flatMap(numbersIn);
  t.deepEqual(numbers, [...new Set(numbers)]);
  t.deepEqual(numbers, upTo(1, 90));
});

test('the first of a kind that is dropped is a moment, the next are none', (t) => {
  const memory = new PacketMemory();
  see(memory, 1, 60);
  for (const at of [60, 61, 62]) memory.note('link.dropped', at * 1e6);
  memory.note('datagram.sent', 63e6);
  see(memory, 61, 200);
  memory.note('link.dropped', 200e6);
  t.deepEqual(
    momentsOf(memory).map(({ about }) => about),
    ['start', 'link.dropped'],
  );
});

test('when as many moments are kept as may be, no frame is looked at any more', (t) => {
  const memory = new PacketMemory();
  see(memory, 1, 60);
  for (const about of ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh']) {
    memory.mark(0, about);
    see(memory, 61, 120);
  }
  let looks = 0;
  const watched: Frame = {
    length: 200,
    get bytes() {
      looks += 1;
      return new Uint8Array(200);
    },
  };
  memory.frame(0, 'phone', 'wifi', 'outbound', watched);
  t.is(looks, 0);
  t.deepEqual(
    momentsOf(memory).map(({ about }) => about),
    ['start', 'second', 'third', 'fourth', 'fifth', 'sixth'],
  );
});

test('of a long frame the head is kept, of a short one all of it', (t) => {
  const memory = new PacketMemory();
  memory.frame(0, 'phone', 'wifi', 'inbound', frameOf(1));
  memory.frame(0, 'phone', 'wifi', 'inbound', { bytes: new Uint8Array([5, 6, 0]), length: 3 });
  const [{ head, bytes, way } = {}] = momentsOf(memory);
  t.deepEqual(
    (head as readonly string[]).map((text) => text.length / 2),
    [96, 2],
  );
  t.deepEqual(bytes, [200, 3]);
  t.deepEqual(way, ['inbound', 'inbound']);
});
