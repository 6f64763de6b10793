import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
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

/** What the README types in the section on a scenario of one's own. */
function ownCommands(): string[] {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  const [, section] = /^## One of your own\n(.*?)^## /ms.exec(page)!;
  return [...section!.matchAll(/^\$ (.+)$/gm)].map(([, command]) => command!);
}

/** What `init` says comes next, as the README shows it. */
function commandAfterInit(): string[] {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  return /^next: ropewalk (.+)$/m.exec(page)![1]!.split(' ');
}

interface Said {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** From the README alone: begun, changed, broken, and one file to send, which is whole by itself. */
async function walkReadme(
  t: ExecutionContext,
  folder: string,
  ropewalk: (...command: string[]) => Promise<Said>,
): Promise<void> {
  const exits: (number | undefined)[] = [];
  for (const command of ownCommands()) {
    const said = await execa('sh', ['-c', command], { cwd: folder, reject: false });
    exits.push(said.exitCode);
  }
  t.deepEqual(exits, [0, 0, 2], 'init, a fault made, and found');
  const first = await ropewalk(...commandAfterInit());
  t.is(first.exitCode, 0, first.stderr);
  const scenario = join(folder, 'lab/scenarios/hello.yaml');
  const text = readFileSync(scenario, 'utf8');
  writeFileSync(scenario, text.replace('rtt(phone, server) + 10 ms', '20 ms'));
  const broken = await ropewalk('run', 'lab/scenarios/hello.yaml');
  t.is(broken.exitCode, 1, broken.stderr);
  const [, again] = /^ {2}ropewalk (run .*?) +# quick$/m.exec(broken.stdout)!;
  t.is((await ropewalk(...again!.split(' '))).exitCode, 1);
  const page = readFileSync(join(folder, 'reports/runs/hello/report.html'), 'utf8');
  t.regex(page, /What broke.*round-trip 36\.\d+ ms .*breaks ≤ 20 ms/s);
  t.notRegex(page, /https?:\/\/|<(?:link|img|iframe|script src)/);
  t.false(page.includes(folder), 'nothing in it tells where it was made');
  const anew = await ropewalk('report', 'reports/runs/hello');
  t.is(anew.stdout, 'reports/runs/hello/report.html', anew.stderr);
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
  await walkReadme(t, folder, ropewalk);
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
