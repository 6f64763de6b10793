import test from 'ava';
import { describeMachine, thisMachine } from './machine.ts';

const facts = { processor: 'Abacus  3000 ', cores: 4, kernel: 'linux 6.8.0', node: '26.10.0' };

test('a machine is its processor, cores, kernel and Node, as a text and a short id', (t) => {
  const { text, fingerprint } = describeMachine(facts);
  t.is(text, 'Abacus 3000, 4 cores, linux 6.8.0, Node 26.10.0');
  t.regex(fingerprint, /^[0-9a-f]{12}$/);
});

const others = [
  { processor: 'Abacus 2000' },
  { cores: 2 },
  { kernel: 'linux 6.9.0' },
  { node: '27.0.0' },
];

for (const other of others) {
  test(`another ${Object.keys(other)[0]} is another machine`, (t) => {
    t.not(describeMachine({ ...facts, ...other }).fingerprint, describeMachine(facts).fingerprint);
  });
}

test('this machine is the same each time that it is asked', (t) => {
  t.deepEqual(thisMachine(), thisMachine());
});
