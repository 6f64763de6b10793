import test from 'ava';
import { isMalformed } from '../wire/malformed.ts';
import { parseRadius, type RadiusAttribute, type RadiusCode } from '../wire/radius.ts';
import { numberOf, radiusType, textAttribute } from '../wire/radius-attribute.ts';
import { doubtAnswer, signDigestRequest } from '../wire/radius-signature.ts';
import { takeServerRequest } from './dynamic-authorization.ts';
import { macOf, TestingSwitch } from './testing-switch.ts';

const secret = 'between us';

function standing(): TestingSwitch {
  const at = new TestingSwitch('mac-based', ['p1']);
  at.entitled.add('alice 239.1.1.1');
  at.login('p1', macOf(1), 'alice');
  at.join('p1', macOf(1), '239.1.1.1');
  at.answerAll();
  return at;
}

function say(
  at: TestingSwitch,
  code: RadiusCode,
  attributes: readonly RadiusAttribute[],
  key = secret,
) {
  const packet = { code, identifier: 7, authenticator: new Uint8Array(16), attributes };
  const bytes = signDigestRequest(packet, key);
  const answer = takeServerRequest(at.state, 0, bytes, secret, at);
  if (answer === undefined) return undefined;
  const parsed = parseRadius(answer, 0, answer.length);
  if (isMalformed(parsed)) throw new Error(parsed.malformed);
  const doubt = doubtAnswer(parsed, bytes.slice(4, 20), secret);
  return { code: parsed.code, cause: numberOf(parsed, radiusType.errorCause), doubt };
}

const alice = textAttribute(radiusType.userName, 'alice');

test('a disconnect ends what it names and is acknowledged, signed', (t) => {
  const at = standing();
  const answer = say(at, 'disconnect-request', [alice]);
  t.deepEqual(answer, { code: 'disconnect-ack', cause: undefined, doubt: undefined });
  t.deepEqual(at.entries, []);
});

test('a change of authorisation has the switch ask again', (t) => {
  const at = standing();
  t.is(say(at, 'coa-request', [alice])!.code, 'coa-ack');
  t.is(at.questions.length, 1);
});

test('who is not there, and what names nobody, is refused with its cause', (t) => {
  const nobody = say(standing(), 'disconnect-request', [textAttribute(1, 'nobody')]);
  t.like(nobody, { code: 'disconnect-nak', cause: 503 });
  t.like(say(standing(), 'coa-request', []), { code: 'coa-nak', cause: 402 });
});

test('who has not the secret gets no answer and moves nothing', (t) => {
  const at = standing();
  t.is(say(at, 'disconnect-request', [alice], 'a guess'), undefined);
  t.deepEqual(at.entries, ['p1 239.1.1.1 any']);
});
