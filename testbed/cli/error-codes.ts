/** What the verbs themselves refuse, and why; the rooms below have tables of their own. */
export const commandErrorCodes = {
  'command-line': 'The words after `ropewalk` are not a command that it knows.',
  'file-exists': '`init` does not write over files that are there.',
  'folder-not-ours':
    'The folder for results holds files that no run wrote, and would be written over.',
  'folder-not-writable': 'The folder for results can\u2019t be made or written.',
  'lab-not-built': 'The lab is part of the design and not built yet.',
  'no-scenarios': 'The folder to list holds no YAML files, or is not there.',
  'same-name':
    'Two files of one command have the same scenario name, so the second would replace the first.',
  'unknown-lab': '`--lab` names a lab that there is not.',
  'unknown-schema': '`schema` prints the schema of a scenario or of a topology.',
} as const;
