/** The facts that an expression may name: what was asked for in this case, before any event. */
import type { Argument, Dimension } from '../schema/expression.ts';

/** An argument as the parser gives it, or a value that the caller worked out. */
export type FactArgument =
  | Argument
  | { readonly kind: 'quantity'; readonly value: number; readonly dimension: Dimension };

export interface FactCall {
  readonly name: string;
  readonly arguments: readonly FactArgument[];
}

export interface FactValue {
  readonly value: number;
  readonly dimension: FactDimension;
}

type FactDimension = 'time' | 'size' | 'rate';

export interface FactProblem {
  readonly problem: string;
  /** The next thing to type. */
  readonly hint: string | undefined;
}

export interface FactSignature {
  readonly signature: string;
  readonly dimension: FactDimension;
  readonly about: string;
}

export const factNames = {
  rtt: {
    signature: 'rtt(link) or rtt(a, b via link)',
    dimension: 'time',
    about: 'propagation there and back, each by its own direction and routes',
  },
  owd: {
    signature: 'owd(link toward node) or owd(a, b via link)',
    dimension: 'time',
    about: 'propagation one way, from a to b',
  },
  delay: {
    signature: 'delay(link toward node)',
    dimension: 'time',
    about: "one direction's delay",
  },
  rate: {
    signature: 'rate(link toward node)',
    dimension: 'rate',
    about: 'Ethernet frame bits a second',
  },
  capacity: {
    signature: 'capacity(link toward node) or capacity(a, b via link)',
    dimension: 'rate',
    about:
      'payload bits a second left to TCP or MPTCP: rate x (MTU - 80) / (MTU + 14), the least of the way; UDP may pass it, its ceiling is rate',
  },
  queueing: {
    signature: 'queueing(link) or queueing(link toward node)',
    dimension: 'time',
    about: 'queue limit / rate; of the slower direction where none is named',
  },
  bdp: {
    signature: 'bdp(link toward node)',
    dimension: 'size',
    about: 'rate x rtt(link)',
  },
  cubic: {
    signature: 'cubic(link toward node)',
    dimension: 'rate',
    about:
      "payload bits a second of a long CUBIC flow by RFC 9438's response function, from the link's loss and rtt(link), at most capacity",
  },
  transmission: {
    signature: 'transmission(link toward node, size)',
    dimension: 'time',
    about: 'how long a UDP datagram with this payload occupies the line: size + 8 + 20 + 14 bytes',
  },
} as const satisfies Readonly<Record<string, FactSignature>>;

export type FactName = keyof typeof factNames;

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(factNames, name);
}
