/** Programs that are made of a machine's own parts where there is a kernel, and are simulated elsewhere. */
import type { PrepareProgram } from './prepared-program.ts';

/** Loaded only where one of them runs. */
export async function findPreparation(run: string): Promise<PrepareProgram | undefined> {
  switch (run) {
    case 'access-switch':
      return (await import('./access-switch.ts')).prepareAccessSwitch;
    case 'radius-server':
      return (await import('./radius-server.ts')).prepareRadiusServer;
    case 'subscriber':
      return (await import('./subscriber.ts')).prepareSubscriber;
    default:
      return undefined;
  }
}
