import test from 'ava';
import { seedRandom } from '../base/random.ts';
import { nsPerSecond } from '../base/time.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseRadius, type RadiusCode, type RadiusPacket } from '../wire/radius.ts';
import { radiusType, ropewalkType, textOf, vendorTextsOf } from '../wire/radius-attribute.ts';
import { doubtMessageAuthenticator, signAnswer } from '../wire/radius-signature.ts';
import {
  advanceRadius,
  askRadius,
  createRadiusClient,
  type RadiusSink,
  receiveRadius,
} from './radius-client.ts';
import { readAnswer, readTarget, wordsOfQuestion, wordsOfTicket } from './radius-words.ts';
import { ip, macOf } from './testing-switch.ts';

const secret = 'between us';

class Wire implements RadiusSink {
  readonly client = createRadiusClient(
    [
      { name: 'first', secret },
      { name: 'second', secret: 'another' },
    ],
    seedRandom(1, 'radius'),
  );
  readonly sent: { readonly server: string; readonly packet: RadiusPacket }[] = [];
  readonly answers: string[] = [];
  readonly doubts: string[] = [];
  nowNs = 0;

  send(server: string, _service: string, bytes: Uint8Array): void {
    const packet = parseRadius(bytes, 0, bytes.length);
    if (isMalformed(packet)) throw new Error(packet.malformed);
    this.sent.push({ server, packet });
  }

  answered(token: number, answer: RadiusPacket | undefined): void {
    this.answers.push(`${token} ${readAnswer(answer)}`);
  }

  doubted(server: string, reason: string): void {
    this.doubts.push(`${server}: ${reason}`);
  }

  ask(token: number, server = 'first'): void {
    const to = { server, service: 'access' } as const;
    askRadius(this.client, this.nowNs, to, { token, attributes: [] }, this);
  }

  /** From `server` to what was sent last, or to what is given. */
  answer(code: RadiusCode, { server = 'first', key = secret, to = this.sent.at(-1)!.packet } = {}) {
    const packet = {
      code,
      identifier: to.identifier,
      authenticator: new Uint8Array(16),
      attributes: [],
    };
    const bytes = signAnswer(packet, to.authenticator, key);
    receiveRadius(this.client, this.nowNs, { server, service: 'access' }, bytes, this);
  }

  pass(seconds: number): void {
    this.nowNs += seconds * nsPerSecond;
    advanceRadius(this.client, this.nowNs, this);
  }
}

test('an accept and a reject answer the question that they belong to', (t) => {
  const wire = new Wire();
  wire.ask(1);
  wire.ask(2);
  const [first, second] = wire.sent;
  wire.answer('access-reject', { to: second!.packet });
  wire.answer('access-accept', { to: first!.packet });
  t.deepEqual(wire.answers, ['2 reject', '1 accept']);
});

test('a challenge is no accept', (t) => {
  const wire = new Wire();
  wire.ask(1);
  wire.answer('access-challenge');
  t.deepEqual(wire.answers, ['1 reject']);
});

test('a question goes again, the same bytes to the same server, and is given up after three times', (t) => {
  const wire = new Wire();
  wire.ask(1);
  wire.pass(0.999);
  t.is(wire.sent.length, 1);
  for (const seconds of [0.001, 2]) wire.pass(seconds);
  t.is(wire.sent.length, 3);
  t.deepEqual(wire.sent[2], wire.sent[0]);
  wire.pass(4);
  t.deepEqual(wire.answers, ['1 unanswered']);
  t.is(wire.sent.length, 3);
  wire.answer('access-accept');
  t.deepEqual(wire.answers, ['1 unanswered'], 'it is too late');
});

test('who has not the secret is not believed, and another server answers nothing of the first', (t) => {
  const wire = new Wire();
  wire.ask(1);
  wire.answer('access-accept', { key: 'a guess' });
  t.deepEqual(wire.doubts, ['first: authenticator']);
  wire.answer('access-accept', { server: 'second', key: 'another' });
  t.deepEqual(wire.answers, []);
  wire.answer('access-accept');
  t.deepEqual(wire.answers, ['1 accept']);
});

test('a server that nobody knows answers nothing', (t) => {
  const wire = new Wire();
  wire.ask(1, 'third');
  t.deepEqual(wire.answers, ['1 unanswered']);
});

test('more than 256 questions wait for an identifier, and none is lost', (t) => {
  const wire = new Wire();
  for (let token = 0; token < 600; token++) wire.ask(token);
  t.is(wire.sent.length, 256);
  t.is(new Set(wire.sent.map(({ packet }) => packet.identifier)).size, 256);
  for (let each = 0; each < 600; each++)
    wire.answer('access-accept', { to: wire.sent[each]!.packet });
  t.is(wire.answers.length, 600);
});

const question = {
  ...{ request: 1, server: 'first', account: 'alice', port: 'p1', mac: macOf(1) },
  ...{ group: ip('ff3e::1'), sources: [ip('2001:db8::9')] },
};

test('a question says account, group, sources and place, and is signed', (t) => {
  const wire = new Wire();
  const attributes = wordsOfQuestion(question, 'building-7');
  const to = { server: 'first', service: 'access' } as const;
  askRadius(wire.client, 0, to, { token: 1, attributes }, wire);
  const { packet } = wire.sent[0]!;
  t.is(textOf(packet, radiusType.userName), 'alice');
  t.is(textOf(packet, radiusType.callingStation), '02-00-00-00-00-01');
  t.is(textOf(packet, radiusType.nasPortName), 'p1');
  t.is(textOf(packet, radiusType.nasIdentifier), 'building-7');
  t.deepEqual(vendorTextsOf(packet, ropewalkType.multicastGroup), ['ff3e::1']);
  t.deepEqual(vendorTextsOf(packet, ropewalkType.multicastSource), ['2001:db8::9']);
  t.is(doubtMessageAuthenticator(packet, packet.authenticator, secret), undefined);
});

test('a target is read as it is written, and what names nobody is none', (t) => {
  const ticket = { ...question, status: 'stop', ticket: 's-1', seconds: 9 } as const;
  const attributes = wordsOfTicket({ ...ticket, cause: 'user-request' }, 'building-7');
  const packet = {
    code: 'disconnect-request',
    identifier: 0,
    authenticator: new Uint8Array(16),
  } as const;
  const target = { account: 'alice', mac: macOf(1), group: ip('ff3e::1') };
  t.deepEqual(readTarget({ ...packet, attributes }), target);
  t.is(readTarget({ ...packet, attributes: attributes.slice(1, 3) }), undefined);
});
