/** Every code that planning can give, and what it means: docs/errors.md is made from this. */
export const planErrorCodes = {
  'addresses-exhausted': 'The range that networks are taken from is used up.',
  'behind-nat': 'The side of a traffic that waits is behind a NAT box, which lets nobody in.',
  'nat-loop': 'The inside of a NAT box is joined to its outside by a way around it.',
  'network-full': 'The network that a given address names is too small for its members.',
  'networks-overlap': 'Given addresses put two links of one realm into the same network.',
  'no-address': 'A program asks for an address of a node that it cannot reach.',
  'needs-two-addresses': 'A NAT probe or its server is given a node that has not two addresses.',
  'no-access-switch':
    'An access switch, or a RADIUS server for one, is no or names no node of that kind.',
  'no-path': 'Nothing joins the two sides of a traffic.',
  'port-taken': 'Two programs of one node are given the same port.',
  'via-not-at-opener': '`via` names a link that the opener of the traffic does not have.',
} as const satisfies Readonly<Record<string, string>>;
