/** What the verbs themselves refuse, and why; the rooms below have tables of their own. */
export const commandErrorCodes = {
  'command-line': 'The words after `ropewalk` are not a command that it knows.',
  'file-exists': '`init` does not write over files that are there.',
  'folder-not-ours': 'The folder for results holds files that no run wrote.',
  'folder-not-writable': 'The folder for results cannot be made or written.',
  'lab-not-built': 'The lab is part of the design and not built yet.',
  'no-scenarios': 'The folder to list holds no YAML files, or is not there.',
  'same-name': 'Two files of one command have the same name and would write to one folder.',
  'unknown-lab': '`--lab` names a lab that there is not.',
  'unknown-schema': '`schema` prints the schema of a scenario or of a topology.',
} as const satisfies Readonly<Record<string, string>>;

/** Faults of Ropewalk itself, found by its own checks: exit 70. */
export const faultCodes = {
  'no-such-interface': 'A program asked for an interface that its node does not have.',
  'not-a-group': 'A program joined an address that is not a multicast group.',
  'plan-inconsistent': 'A plan refers to something that it does not hold.',
  'time-stands-still': 'Something in virtual time wakes again and again at one moment.',
  'wrong-setting': 'A program was given settings that the plan should not have written.',
} as const satisfies Readonly<Record<string, string>>;
