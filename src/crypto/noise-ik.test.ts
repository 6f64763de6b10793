import test from 'ava';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { open, seal } from './aead.ts';
import {
  finishInitiation,
  initiate,
  prepareInitiation,
  readAnswer,
  readInitiation,
  respond,
} from './noise-ik.ts';
import { agree, keyPairOf } from './x25519.ts';

/** Of the test vectors that Noise implementations share, named by who made them. */
const vectors = [
  {
    source: 'cacophony',
    prologue: '4a6f686e2047616c74',
    initiator: 'e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1',
    initiatorEphemeral: '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
    responder: '4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893',
    responderPublic: '31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62',
    responderEphemeral: 'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
    handshakeHash: '48f3cb8bc9319da4ba1e9933991b1c4ed4034f1f126a76d3a1fbcfd7f94248d4',
    messages: [
      [
        '4c756477696720766f6e204d69736573',
        'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79440b03ddc7aac5123d06a1b23b71670e32e76c28239a7ca4ac8f784de7e44c1adbfc6e83fef7352a58d9d56157400c0a737b1d171ce368229c7b752ac25b8faf4eca690f6d896f543be02c996ab2b86b76',
      ],
      [
        '4d757272617920526f746862617264',
        '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d9b5a8927f0ac9655ef76833bc7e5561f42e691ac8404efd6fbd6308b6a27c',
      ],
      ['462e20412e20486179656b', '2c256ed08fcd08c2980f954ee4beaccb61c9581340f5dd2fd1cf3b'],
      ['4361726c204d656e676572', 'd6033f70eee20945c7c9dba304e397ee3b284ff5e00fd9efb095d3'],
      [
        '4a65616e2d426170746973746520536179',
        'a9c068ca5d8babf72560652d8e851adbfac35c8a66e810d560863173e96adf4cfe',
      ],
      [
        '457567656e2042f6686d20766f6e2042617765726b',
        '2a09d8f459e5927e40fdd2eddc99bdafb04e13a26f145cb5cfe9e6ba34c94331ebc17d5156',
      ],
    ],
  },
  {
    source: 'snow',
    prologue:
      '5468657265206973206e6f20726967687420616e642077726f6e672e2054686572652773206f6e6c792066756e20616e6420626f72696e672e',
    initiator: 'b7e117ce8ede06ceb89500799a3778d097fc54a3f90bea744493dfc24ec21f32',
    initiatorEphemeral: 'cc95b4ccc4912c5a52c8d2f6b808e13712392c4468f4e3f02a7d2d1590cb9178',
    responder: 'e3187f5c10734e934be3a73c398c7fae07ba3e0cde2fcd9ab03a1c93dcae10f8',
    responderPublic: 'ea82fd2e81d1285f1b2029e46ca7bcaeeeafed15396d002bd434624a4d580655',
    responderEphemeral: '587f83fe736432043d2665fbd47b0506b2cd103b6ba8577f72e117c7ffeb5105',
    handshakeHash: undefined,
    messages: [
      [
        '910ef4a7c04090f66403fcd8ffaed066e70ed38b576792c4a554cc5016fe5120',
        'df44a475167152d3e4767b9ad5b28468fb8bd6aaa0b0e7181afd87ede7a8c971e818de301c97393bfa71ac250becfc8acef64a969e039f407fe44c5ffc3d66d94ff57627ad4cc53882a1b2993babac3940edd1eaff34a3d3f08c53570166b3d29d06bd5de3cfb9b85b66001a60a5bb98d72b80da9485655f86db72b46f745c4e',
      ],
      [
        '3ce1e4d6e5f02bfeea1d6620cbf1473b5f55372d6954e98d3e12b6ffd04879d5',
        '2818be348d38de5f9e3ef545c62e8e276c12e2a64410801a0284e02dfb0d450a848d1001977ef31dfe04b5c824acc04c7bda8490eab6cb6aaa844c4ddf0fda83ec84ed26cd6bee22fab17360b73de5b8',
      ],
      [
        '31e7554ebce419a76bf5cd464e00594ccf55bdc09c234c450850d26ab164238c',
        '89545eb9b2477d482156692214def7d5aecc00b9244b4435bdb768173841d2a2a2e52bcee32d64fe938c87594b17ee69',
      ],
      [
        '794f643ba08cc7ee7aa39bc055560a0850dbc77bf34d8ab22019bf160ab2c573',
        'fe35983c049b535cf9ca61cfad5b48e461da90c7c51cb5b873be10e58ae34a384aaebba7f96958b0ef0ac043c5e9c622',
      ],
    ],
  },
] as const;

const nothing = new Uint8Array(0);

for (const vector of vectors) {
  test(`all messages of the vector of ${vector.source} are made and read`, (t) => {
    const prologue = bytesOf(vector.prologue);
    const responder = keyPairOf(bytesOf(vector.responder));
    t.is(hexOf(responder.publicKey), vector.responderPublic);
    const [first, second, ...later] = vector.messages;
    const initiation = initiate({
      static: keyPairOf(bytesOf(vector.initiator)),
      ephemeralSecret: bytesOf(vector.initiatorEphemeral),
      remoteKey: responder.publicKey,
      prologue,
      payload: bytesOf(first[0]),
    })!;
    t.is(hexOf(initiation.message), first[1]);
    const invitation = readInitiation(responder, prologue, initiation.message)!;
    t.is(hexOf(invitation.payload), first[0]);
    t.deepEqual(invitation.earlyKey, initiation.earlyKey);
    const response = respond(invitation, bytesOf(vector.responderEphemeral), bytesOf(second[0]))!;
    t.is(hexOf(response.message), second[1]);
    const answer = readAnswer(initiation, response.message)!;
    t.is(hexOf(answer.payload), second[0]);
    if (vector.handshakeHash) t.is(hexOf(answer.keys.handshakeHash), vector.handshakeHash);
    for (const [at, [plain, sealed]] of later.entries()) {
      const [from, to] = at % 2 === 0 ? [answer.keys, response.keys] : [response.keys, answer.keys];
      const counter = at >> 1;
      t.is(hexOf(seal(from.send, counter, nothing, bytesOf(plain))), sealed);
      t.is(hexOf(open(to.receive, counter, nothing, bytesOf(sealed))!), plain);
    }
  });
}

function makePair() {
  const vector = vectors[0];
  const prologue = bytesOf(vector.prologue);
  const responder = keyPairOf(bytesOf(vector.responder));
  const initiation = initiate({
    static: keyPairOf(bytesOf(vector.initiator)),
    ephemeralSecret: bytesOf(vector.initiatorEphemeral),
    remoteKey: responder.publicKey,
    prologue,
    payload: bytesOf('00'),
  })!;
  return { prologue, responder, initiation };
}

test('a message with any one bit turned is refused by whom it is for', (t) => {
  const { prologue, responder, initiation } = makePair();
  for (let at = 0; at < initiation.message.length; at++) {
    const damaged = initiation.message.slice();
    damaged[at]! ^= 1 << (at % 8);
    // RFC 7748 5: the highest bit of a public key is not looked at, but it is part of the hash.
    t.is(readInitiation(responder, prologue, damaged), undefined, `byte ${at}`);
  }
  const invitation = readInitiation(responder, prologue, initiation.message)!;
  const { message } = respond(invitation, bytesOf(vectors[0].responderEphemeral), nothing)!;
  for (let at = 0; at < message.length; at++) {
    const damaged = message.slice();
    damaged[at]! ^= 1 << (at % 8);
    t.is(readAnswer(initiation, damaged), undefined, `byte ${at}`);
  }
  t.not(readAnswer(initiation, message), undefined);
});

test('a message for another, with another prologue, or cut is refused', (t) => {
  const { prologue, responder, initiation } = makePair();
  const stranger = keyPairOf(bytesOf(vectors[1].responder));
  t.is(readInitiation(stranger, prologue, initiation.message), undefined);
  t.is(readInitiation(responder, nothing, initiation.message), undefined);
  for (let length = 0; length < initiation.message.length; length++) {
    t.is(readInitiation(responder, prologue, initiation.message.subarray(0, length)), undefined);
  }
});

test('what was prepared serves one payload: another one after it is worth nothing', (t) => {
  const [vector] = vectors;
  const prologue = bytesOf(vector.prologue);
  const responder = keyPairOf(bytesOf(vector.responder));
  const prepared = prepareInitiation({
    static: keyPairOf(bytesOf(vector.initiator)),
    ephemeralSecret: bytesOf(vector.initiatorEphemeral),
    remoteKey: responder.publicKey,
    prologue,
  })!;
  const [first, sealed] = vector.messages[0];
  t.is(hexOf(finishInitiation(prepared, bytesOf(first)).message), sealed);
  const again = finishInitiation(prepared, bytesOf(first)).message;
  t.not(hexOf(again), sealed);
  t.is(readInitiation(responder, prologue, again), undefined);
});

test('a secret that is known beforehand reads what one that is worked out reads', (t) => {
  const { prologue, responder, initiation } = makePair();
  const asked: string[] = [];
  const read = readInitiation(responder, prologue, initiation.message, (remoteKey) => {
    asked.push(hexOf(remoteKey));
    return agree(responder, remoteKey);
  })!;
  t.deepEqual(asked, [hexOf(keyPairOf(bytesOf(vectors[0].initiator)).publicKey)]);
  t.is(hexOf(read.payload), '00');
  t.is(
    readInitiation(responder, prologue, initiation.message, () => undefined),
    undefined,
  );
});

test('a public key of small order makes no secret', (t) => {
  t.is(agree(keyPairOf(bytesOf(vectors[0].initiator)), new Uint8Array(32)), undefined);
});

test('counters above 32 bits are nonces of their own', (t) => {
  const key = new Uint8Array(32);
  const sealed = seal(key, 2 ** 32 + 1, nothing, bytesOf('aa'));
  t.is(open(key, 1, nothing, sealed), undefined);
  t.is(hexOf(open(key, 2 ** 32 + 1, nothing, sealed)!), 'aa');
});
