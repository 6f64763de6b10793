import test from 'ava';
import fc from 'fast-check';
import { createRequestBounds, followRequests } from './request-bounds.ts';

const requests = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /x HTTP/1.1\r\nContent-Length: 12\r\n\r\nhello\r\n\r\nyou',
  'PUT /y HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n',
  'PUT /z HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\n\r\n\r\r\n0\r\nSum: 7\r\n\r\n',
];

test('however requests are cut into pieces, their ends are found where they are', (t) => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 });
  const picked = fc.array(fc.constantFrom(...requests), { maxLength: 6 });
  fc.assert(
    fc.property(picked, cuts, (some, sizes) => {
      const bytes = new TextEncoder().encode(some.join(''));
      const ends = some.map((_, at) => some.slice(0, at + 1).join('').length);
      const bounds = createRequestBounds();
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const end = Math.min(bytes.length, at + sizes[turn % sizes.length]!);
        followRequests(bounds, bytes.subarray(at, end));
        at = end;
        t.is(bounds.requests, ends.filter((one) => one <= at).length);
        t.is(bounds.place.kind === 'between', at === 0 || ends.includes(at));
      }
      return bounds.requests === some.length;
    }),
    { seed: 3, numRuns: 300 },
  );
});
