/** What the mininet lab, and the host that it can have on this machine, refuse. */
export const mininetErrorCodes = {
  'guest-not-booted':
    'A User-Mode Linux ended, or was not ready in time; its last words are shown.',
  'no-user-mode-linux': 'User-Mode Linux, or the folder for its modules, is missing: exit 5.',
} as const satisfies Readonly<Record<string, string>>;
