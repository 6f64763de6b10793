import test from 'ava';
import { readToUnit } from './read-message.ts';

const socket = { socket: 3, kind: 'connection', name: 'peer' };

const messages = [
  { kind: 'register', service: 'counter', version: '1' },
  { kind: 'opened', sockets: [socket] },
  { kind: 'closed', socket: 3 },
  { kind: 'intend' },
  { kind: 'request', service: 'counter', token: 'x', version: '2' },
  { kind: 'ask-upgrade', service: 'counter', command: ['node', 'x.ts'] },
];

for (const message of messages) {
  test(`a message is read: ${message.kind}`, (t) => {
    t.deepEqual(readToUnit(message) as unknown, message);
  });
}

const nonsense = [
  null,
  7,
  'list',
  [],
  {},
  { kind: 'toString' },
  { kind: 'committed' },
  { kind: 'register', service: 'counter' },
  { kind: 'opened' },
  { kind: 'opened', sockets: [null] },
  { kind: 'opened', sockets: [{ ...socket, kind: 'door' }] },
  { kind: 'opened', sockets: [{ ...socket, socket: -1 }] },
  { kind: 'closed', socket: '3' },
  { kind: 'ask-upgrade', service: 'counter', command: 'node' },
  { kind: 'ask-upgrade', service: 'counter', command: [] },
];

for (const value of nonsense) {
  test(`it is no message: ${JSON.stringify(value)}`, (t) => {
    t.is(readToUnit(value), undefined);
  });
}
