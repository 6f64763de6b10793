import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { stripModule } from './strip-types.ts';

const root = join(import.meta.dirname, '../..');

test('stripping keeps every line and column and points imports at JavaScript', (t) => {
  const source = "import { type A, b } from './b.ts';\nexport const c = (x: A): number => b(x);\n";
  const stripped = stripModule(source);
  t.is(stripped.length, source.length);
  t.regex(stripped, /from '\.\/b\.js';\n/);
  t.is(stripped.indexOf('b(x)'), source.indexOf('b(x)'));
  t.notRegex(stripped, /: A|: number/);
});

/** A repository whose checkout has the scenario's topology. */
async function compareInRepository(folder: string): Promise<void> {
  cpSync(join(folder, 'lab'), join(folder, 'repo'), { recursive: true });
  const hello = readFileSync(join(folder, 'lab/scenarios/hello.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'repo.yaml'),
    hello.replace('../topologies/home.yaml', '"{tree}/topologies/home.yaml"'),
  );
  const git = (...words: string[]) => execa('git', ['-C', join(folder, 'repo'), ...words]);
  await git('init', '--quiet');
  await git('add', '-A');
  await git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'first');
}

test('the packed tarball works in an empty folder with a space in its path', async (t) => {
  t.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'rope walk '));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const npm = (...command: string[]) =>
    execa('npm', command, { cwd: folder, env: { npm_config_prefix: '' } });
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(packed.stdout);
  await npm('install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`);
  const ropewalk = (...command: string[]) =>
    execa('npx', ['--no-install', 'ropewalk', ...command], { cwd: folder, reject: false });
  const created = await ropewalk('init', 'lab');
  t.is(created.exitCode, 0, created.stderr);
  const checked = await ropewalk('check', 'lab/scenarios/hello.yaml');
  t.is(checked.exitCode, 0, checked.stderr);
  const ran = await ropewalk('run', 'lab/scenarios/hello.yaml', '--repeat', '1');
  t.is(ran.exitCode, 0, ran.stdout + ran.stderr);
  t.regex(ran.stdout, /pass/);
  // Sides are processes of their own, which must be found from where the package lies.
  await compareInRepository(folder);
  const compared = await ropewalk(
    'ab',
    'HEAD..HEAD',
    'repo.yaml',
    '--pairs',
    '1',
    '--repo',
    'repo',
  );
  t.regex(compared.stdout, /^same +hello round-trip/m, compared.stderr);
});
