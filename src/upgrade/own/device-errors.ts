/** What stands in the way of a service on a device of its own. */
import { FaultError } from '../../base/errors.ts';

export function noSuchDevice(name: string): FaultError {
  return new FaultError({
    code: 'no-such-interface',
    message: `there is no interface ${name} in this network namespace`,
    hint: 'see what there is: ip link',
  });
}

export function unreadableStreams(reason: string): FaultError {
  return new FaultError({
    code: 'upgrade-refused',
    message: `the streams of the process before can't be gone on with: ${reason}`,
    hint: 'let both be of versions that know each other',
  });
}
