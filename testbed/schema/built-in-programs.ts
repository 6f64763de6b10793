/** What `run:` may name, and the settings that each takes under `with:`. */

export type SettingKind =
  | 'port'
  /** Two different ports. */
  | 'port-pair'
  | 'boolean'
  | 'family'
  /** Addresses as text, or `{ node: name }`, which the plan turns into a node's addresses; or a list of them. */
  | 'addresses';

export interface SettingRule {
  readonly kind: SettingKind;
  readonly isRequired: boolean;
}

const needed = (kind: SettingKind): SettingRule => ({ kind, isRequired: true });
const optional = (kind: SettingKind): SettingRule => ({ kind, isRequired: false });

export const builtInPrograms: Readonly<Record<string, Readonly<Record<string, SettingRule>>>> = {
  echo: { port: needed('port') },
  'nat-probe': {
    server: needed('addresses'),
    ports: needed('port-pair'),
    port: optional('port'),
    family: optional('family'),
    stray: optional('boolean'),
  },
  'nat-probe-server': { addresses: needed('addresses'), ports: needed('port-pair') },
};
