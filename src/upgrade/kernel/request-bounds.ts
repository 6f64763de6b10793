/** Where HTTP/1.1 requests begin and end in a stream of bytes (RFC 9112 2, 6, 7.1): no more of HTTP than that. */
type Place =
  | { readonly kind: 'between' }
  | { readonly kind: 'head' }
  | { readonly kind: 'body'; readonly bytesLeft: number }
  | { readonly kind: 'chunk-size' }
  /** With the line end behind it. */
  | { readonly kind: 'chunk'; readonly bytesLeft: number }
  | { readonly kind: 'trailers' };

export interface RequestBounds {
  place: Place;
  /** Of a head or a line that has not come whole. */
  text: string;
  /** Requests that came whole. */
  requests: number;
}

export function createRequestBounds(): RequestBounds {
  return { place: { kind: 'between' }, text: '', requests: 0 };
}

export function followRequests(bounds: RequestBounds, piece: Uint8Array): void {
  // One character a byte, so that lengths count bytes.
  let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
  while (rest !== '') rest = takeSome(bounds, rest);
}

function takeSome(bounds: RequestBounds, rest: string): string {
  const { place } = bounds;
  if (place.kind === 'body' || place.kind === 'chunk') return takeBytes(bounds, place, rest);
  if (place.kind === 'between') bounds.place = { kind: 'head' };
  const line = takeUntil(bounds, rest, bounds.place.kind === 'chunk-size' ? '\r\n' : undefined);
  if (line === undefined) return '';
  decide(bounds, line.text);
  return line.rest;
}

function takeBytes(
  bounds: RequestBounds,
  place: Extract<Place, { bytesLeft: number }>,
  rest: string,
): string {
  const taken = Math.min(place.bytesLeft, rest.length);
  const bytesLeft = place.bytesLeft - taken;
  if (bytesLeft > 0) bounds.place = { ...place, bytesLeft };
  else if (place.kind === 'chunk') bounds.place = { kind: 'chunk-size' };
  else finish(bounds);
  return rest.slice(taken);
}

/** Heads end with an empty line; trailers may be nothing but one. */
function takeUntil(bounds: RequestBounds, rest: string, mark: string | undefined) {
  const text = bounds.text + rest;
  const isBareEnd = bounds.place.kind === 'trailers' && text.startsWith('\r\n');
  const end = isBareEnd ? '\r\n' : (mark ?? '\r\n\r\n');
  const at = text.indexOf(end);
  bounds.text = at < 0 ? text : '';
  return at < 0 ? undefined : { text: text.slice(0, at), rest: text.slice(at + end.length) };
}

function decide(bounds: RequestBounds, text: string): void {
  if (bounds.place.kind === 'trailers') {
    finish(bounds);
    return;
  }
  if (bounds.place.kind === 'chunk-size') {
    const bytes = Number.parseInt(text, 16);
    bounds.place = bytes > 0 ? { kind: 'chunk', bytesLeft: bytes + 2 } : { kind: 'trailers' };
    return;
  }
  const bytesLeft = Number(/^content-length:\s*(\d+)/im.exec(text)?.[1] ?? 0);
  if (/^transfer-encoding:.*\bchunked\b/im.test(text)) bounds.place = { kind: 'chunk-size' };
  else if (bytesLeft > 0) bounds.place = { kind: 'body', bytesLeft };
  else finish(bounds);
}

function finish(bounds: RequestBounds): void {
  bounds.requests += 1;
  bounds.place = { kind: 'between' };
}
