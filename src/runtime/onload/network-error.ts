/** What became of a stream, as Node says it: an error with the code and the call of a kernel's socket. */
import { constants } from 'node:os';
import { type Endpoint, formatIp } from '../../base/address.ts';
import type { StreamEnd } from '../../host/stream.ts';

type Failure = Exclude<StreamEnd, 'finished' | 'aborted'>;

const codes: Readonly<Record<Failure, keyof typeof constants.errno>> = {
  refused: 'ECONNREFUSED',
  reset: 'ECONNRESET',
  'timed-out': 'ETIMEDOUT',
  unreachable: 'EHOSTUNREACH',
};

export function networkError(reason: Failure, call: 'connect' | 'read', to: Endpoint): Error {
  const code = codes[reason];
  const address = formatIp(to.address);
  const where = call === 'connect' ? ` ${address}:${to.port}` : '';
  const facts = { errno: -constants.errno[code], code, syscall: call };
  const more = call === 'connect' ? { address, port: to.port } : {};
  return Object.assign(new Error(`${call} ${code}${where}`), facts, more);
}
