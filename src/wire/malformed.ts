/** What a parser gives for bytes that are no such packet. Hostile bytes are a value, never an exception. */
export interface Malformed {
  readonly malformed: string;
}

export function malformed(reason: string): Malformed {
  return { malformed: reason };
}

export function isMalformed(x: object): x is Malformed {
  return 'malformed' in x;
}
