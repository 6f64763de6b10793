/** The scenarios of the access switch, as plans: `multicast-access.yaml` and its like, of one case and variant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadScenario } from '../../schema/load.ts';
import { findTool } from '../processes/find-tool.ts';

const folder = join(import.meta.dirname, '../../../scenarios');
const parts = ['hostapd', 'freeradius', 'wpa_supplicant', 'nft', 'bridge', 'openssl'];

export type AccessVariant = 'by-account' | 'plain-snooping';

export function planAccess(variant: AccessVariant, name = 'access', caseId?: string): Plan {
  const loaded = loadScenario(join(folder, `multicast-${name}.yaml`), (path) => readFileSync(path));
  return planScenario(loaded.resolve(caseId ?? loaded.cases[0]!.id, variant));
}

/** Undefined: all that it is made of is on this machine. */
export function accessLack(): string | undefined {
  const missing = parts.filter((tool) => findTool(tool) === undefined);
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}: make setup-labs`;
}
