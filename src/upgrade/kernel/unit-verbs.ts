/** One question to a unit, from whoever is no service. */
import type { FromUnit, ToUnit } from '../messages.ts';
import { Line } from './line.ts';
import { reachUnit, unitGone } from './unit-address.ts';

export async function askUnit(unit: string, question: ToUnit): Promise<FromUnit> {
  const { socket, descriptorFd } = await reachUnit(unit);
  const { promise, resolve, reject } = Promise.withResolvers<FromUnit>();
  const line = new Line(socket, descriptorFd, {
    heard: (message) => resolve(message as FromUnit),
    ended: () => reject(unitGone(unit)),
  });
  line.say(question);
  try {
    return await promise;
  } finally {
    line.close();
  }
}
