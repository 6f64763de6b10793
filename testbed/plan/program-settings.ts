/** What settings can only be told to be impossible once nodes have addresses and programs have neighbours. */
import type { SettingValue } from '../../src/host/program.ts';
import type { ProgramModel } from '../schema/model.ts';
import type { PlannedProgram } from './plan.ts';
import { PlanError } from './plan-error.ts';

/** The ports that a program's settings name. */
export function namedPorts(settings: ProgramModel['with']): SettingValue[] {
  const { port, ports } = settings as { readonly [key: string]: SettingValue | undefined };
  return [port ?? [], ports ?? []].flat() as SettingValue[];
}

/** RFC 5780 tells boxes apart by two addresses of one server. */
export function checkTwoAddresses({ id, run, settings }: PlannedProgram): void {
  const key = run === 'nat-probe' ? 'server' : 'addresses';
  if (run !== 'nat-probe' && run !== 'nat-probe-server') return;
  const given = settings[key];
  if (!Array.isArray(given) || given.length === 2) return;
  throw new PlanError(['programs', id, 'with', key], {
    code: 'needs-two-addresses',
    message: `${id} needs two addresses of one node, and is given ${given.length}`,
    hint: 'give the node two: { kind: host, addresses: 2 }',
  });
}

/** Services that listen on one node; what a probe binds itself it may share with nobody's service. */
export function checkPorts(programs: readonly ProgramModel[]): void {
  const taken = new Map<string, string>();
  for (const { name, on, run, with: settings } of programs) {
    if (run === 'nat-probe') continue;
    for (const port of namedPorts(settings)) {
      const place = `${on} ${String(port)}`;
      const holder = taken.get(place);
      if (holder !== undefined) throw portTaken(name, on, String(port), holder);
      taken.set(place, name);
    }
  }
}

function portTaken(name: string, on: string, port: string, holder: string): PlanError {
  return new PlanError(['programs', name, 'with'], {
    code: 'port-taken',
    message: `port ${port} of ${on} is already that of ${holder}`,
    hint: 'give one of them another port, or another node',
  });
}
