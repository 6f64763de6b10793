import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../src/linux/testing-lab.ts';

/** What the page starts ends with its process namespace. */
const alone = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const raise = (name: string, subnet: number) =>
  [
    `ip link add ${name} type veth peer name ${name}-far`,
    `ip link set ${name}-far up`,
    `ip address add 10.${subnet}.0.1/24 dev ${name}`,
    `ip link set ${name} up`,
    `ip -6 address flush dev ${name}`,
    `ip route add default via 10.${subnet}.0.2 dev ${name} metric ${subnet}`,
  ].join(' && ');
const raised = `ip link set lo up && ${raise('wifi', 1)} && ${raise('lte', 2)} && exec "$@"`;

test('each command of the page on links, typed in order, prints what it shows', async (t) => {
  t.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-links-page-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, 'links.md');
  copyFileSync('docs/links.md', copy);
  const replay = [process.execPath, join(import.meta.dirname, 'page-replay.ts'), copy];
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  await execa('unshare', [...alone, 'sh', '-c', raised, 'sh', ...replay], { env: { PATH: path } });
  t.is(readFileSync(copy, 'utf8'), readFileSync('docs/links.md', 'utf8'));
});
