/** What `run:` may name, and the settings that each takes under `with:`. */

export type SettingKind =
  | 'port'
  | 'ports'
  /** Names, each with a list of ports. */
  | 'named-ports'
  /** Two different ports. */
  | 'port-pair'
  | 'boolean'
  | 'family'
  | 'text'
  | 'words'
  | 'count'
  /** `5 s`; read by the program. */
  | 'duration'
  | 'rate'
  | 'size'
  /** One address as text. */
  | 'address'
  /** The name of a node, or its addresses. */
  | 'node'
  /** Names, each with an address as text. */
  | 'named-addresses'
  /** Names, each with a word. */
  | 'named-words'
  /** Addresses as text, or `{ node: name }`, which the plan turns into a node's addresses; or a list of them. */
  | 'addresses';

export interface SettingRule {
  readonly kind: SettingKind;
  readonly isRequired: boolean;
}

const needed = (kind: SettingKind): SettingRule => ({ kind, isRequired: true });
const optional = (kind: SettingKind): SettingRule => ({ kind, isRequired: false });

export interface BuiltInProgram {
  readonly settings: Readonly<Record<string, SettingRule>>;
  /** It comes to an end by itself, so the run waits for it; and it speaks first. A service does neither. */
  readonly finishes: boolean;
}

const ofPeer: BuiltInProgram['settings'] = {
  name: needed('text'),
  relay: needed('addresses'),
  spare: optional('addresses'),
  port: needed('port'),
  token: needed('text'),
  address: needed('address'),
  peers: needed('named-addresses'),
  use: optional('text'),
  without: optional('text'),
  'punch-delay': optional('duration'),
  search: optional('boolean'),
  'both-families': optional('boolean'),
  'port-mapping': optional('boolean'),
  trace: optional('boolean'),
};

const ofBoard: BuiltInProgram['settings'] = {
  interface: needed('text'),
  other: needed('text'),
  port: needed('port'),
  board: optional('count'),
  mode: optional('text'),
  heartbeat: optional('duration'),
  missed: optional('count'),
  window: optional('count'),
  ungated: optional('boolean'),
  cold: optional('boolean'),
  plain: optional('boolean'),
  trace: optional('boolean'),
};

export const builtInPrograms: Readonly<Record<string, BuiltInProgram>> = {
  echo: { settings: { port: needed('port') }, finishes: false },
  'nat-probe': {
    settings: {
      server: needed('addresses'),
      ports: needed('port-pair'),
      port: optional('port'),
      family: optional('family'),
      stray: optional('boolean'),
    },
    finishes: true,
  },
  'nat-probe-server': {
    settings: { addresses: needed('addresses'), ports: needed('port-pair') },
    finishes: false,
  },
  relay: {
    settings: {
      addresses: needed('addresses'),
      port: needed('port'),
      token: needed('text'),
      rate: optional('rate'),
      bytes: optional('size'),
      lifetime: optional('duration'),
      peers: optional('count'),
      clients: optional('count'),
    },
    finishes: false,
  },
  peer: { settings: ofPeer, finishes: false },
  terminal: {
    settings: {
      via: optional('node'),
      port: optional('port'),
      key: optional('text'),
      'key-file': optional('text'),
      links: optional('words'),
      congestion: optional('text'),
      transport: optional('text'),
      lanes: optional('count'),
      duplicate: optional('ports'),
      pin: optional('named-ports'),
      family: optional('family'),
      traced: optional('boolean'),
    },
    finishes: false,
  },
  proxy: {
    settings: {
      port: optional('port'),
      key: optional('text'),
      'key-file': optional('text'),
      transport: optional('text'),
      traced: optional('boolean'),
    },
    finishes: false,
  },
  'interface-board': {
    settings: { port: needed('port'), boards: needed('words'), plain: optional('boolean') },
    finishes: false,
  },
  active: { settings: ofBoard, finishes: false },
  standby: { settings: ofBoard, finishes: false },
  'service-client': {
    settings: {
      server: needed('addresses'),
      port: needed('port'),
      work: needed('text'),
      bytes: optional('size'),
      count: optional('count'),
      interval: optional('duration'),
      after: optional('duration'),
      spread: optional('duration'),
    },
    finishes: true,
  },
  'linked-talkers': {
    settings: {
      server: needed('addresses'),
      port: needed('port'),
      links: needed('named-words'),
      later: optional('named-words'),
      spare: optional('named-words'),
      managed: optional('boolean'),
      count: optional('count'),
    },
    finishes: true,
  },
  'access-switch': {
    settings: { server: needed('addresses'), plain: optional('boolean') },
    finishes: false,
  },
  'radius-server': { settings: { switch: needed('node') }, finishes: false },
  'multicast-source': {
    settings: { groups: needed('addresses'), interval: optional('duration') },
    finishes: false,
  },
  subscriber: {
    settings: {
      groups: needed('addresses'),
      for: needed('duration'),
      account: optional('text'),
      password: optional('text'),
      mac: optional('text'),
      after: optional('duration'),
      join: optional('duration'),
      zap: optional('duration'),
      leave: optional('duration'),
      'log-off': optional('duration'),
      next: optional('duration'),
      'next-account': optional('text'),
      'next-password': optional('text'),
      grace: optional('duration'),
    },
    finishes: true,
  },
  'punch-probe': {
    settings: {
      ...ofPeer,
      wait: optional('duration'),
      rounds: optional('count'),
      answers: optional('boolean'),
      from: optional('duration'),
    },
    finishes: true,
  },
};
