import { existsSync } from 'node:fs';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser stands that tests can drive; undefined: there is none. */
export function findBrowser(): string | undefined {
  return usual.find((path) => existsSync(path));
}
