/** What the mininet lab, and the host that it can have on this machine, refuse. */
export const mininetErrorCodes = {
  'guest-not-booted':
    'A User-Mode Linux ended, or was not ready in time; its last words are shown.',
  'mininet-agent-ended':
    'Our agent on the Mininet machine ended by itself; its last words are shown.',
  'mininet-failed': 'Mininet made no network of the script that it was given; its words are shown.',
  'mininet-host-changed': 'A Mininet machine has another key than it is known by: exit 5.',
  'mininet-host-unknown': 'A Mininet machine is not among the known hosts of ssh: exit 5.',
  'mininet-kernel-old': 'The kernel of the Mininet machine lacks calls that our hub makes: exit 5.',
  'mininet-login-refused': 'A Mininet machine takes none of the keys that ssh would offer: exit 5.',
  'mininet-lost': 'The connection to a Mininet machine broke: exit 5.',
  'mininet-machine-differs': 'The Mininet machine is of another kind than this one: exit 5.',
  'mininet-no-sudo': 'The login on the Mininet machine is not root, nor let by sudo: exit 5.',
  'mininet-not-sent': 'Our programs could not be put on the Mininet machine.',
  'mininet-unreachable': 'A Mininet machine does not answer, or ends the connection: exit 5.',
  'no-mininet': 'There is no Mininet on the machine that ssh reaches: exit 5.',
  'no-mininet-host-here': '`--mininet here` found no host that `make mininet-host` raised: exit 5.',
  'no-ssh-client': 'ssh is missing, whose configuration and known hosts count: exit 5.',
  'no-user-mode-linux':
    'User-Mode Linux, the folder for its modules, or a compiler for what it preloads, is missing: exit 5.',
  'not-a-login': '`--mininet` was given something else than a login on a machine.',
} as const satisfies Readonly<Record<string, string>>;
