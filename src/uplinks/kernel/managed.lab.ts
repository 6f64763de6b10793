/** A terminal whose connection manager runs, used as a user would: verbs, rules, links that go away, kills. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { collectLeftovers } from './leftovers.ts';
import { ManagedTerminal, type Said } from './testing-managed.ts';

const talker = (protocol: 'udp' | 'tcp') => `
const { createSocket } = require('node:dgram');
const { connect } = require('node:net');
const say = (text, address, port) =>
  console.log(text.toString().trim() + ' ' + address + ' ' + port);
if ('${protocol}' === 'udp') {
  const socket = createSocket('udp4');
  socket.connect(7, '9.9.9.9', () => console.log('ready'));
  socket.on('message', (text) => say(text, socket.address().address, socket.address().port));
  process.stdin.on('data', () => socket.send('who am I'));
} else {
  let socket;
  const open = () => {
    socket = connect(8, '9.9.9.9', () => console.log('ready'));
    socket.on('data', (text) => say(text, socket.localAddress, socket.localPort));
    socket.on('error', () => undefined).on('close', open);
  };
  open();
  process.stdin.on('data', () => socket.write('who am I\\n'));
}
`;

/** A test that waits for good would leave its processes behind. */
const patienceMs = 60_000;

class Talker {
  readonly #child;

  constructor(managed: ManagedTerminal, name: string, protocol: 'udp' | 'tcp') {
    const file = join(managed.folder, name);
    writeFileSync(file, talker(protocol));
    this.#child = managed.terminal.spawn('near', [process.execPath, file]);
  }

  async line(): Promise<string> {
    const signal = AbortSignal.timeout(patienceMs);
    const [text] = (await once(this.#child.stdout!, 'data', { signal })) as [Buffer];
    return text.toString().trim();
  }

  ask(): Promise<string> {
    const said = this.line();
    this.#child.stdin!.write('go\n');
    return said;
  }
}

type Check = (t: ExecutionContext, managed: ManagedTerminal) => Promise<void>;

function managedTest(title: string, check: Check): void {
  test(title, async (t) => {
    t.timeout(180_000);
    await using managed = new ManagedTerminal();
    await managed.terminal.startFar();
    await check(t, managed);
  });
}

const onWifi = /^10\.1\.0\.1 (\d+) 10\.1\.0\.1 \1$/;
const onLte = /^10\.2\.0\.1 (\d+) 10\.2\.0\.1 \1$/;
const pathRules = async (managed: ManagedTerminal) =>
  (await managed.run(['ip', 'rule'])).text.match(/proto 114/g)?.length ?? 0;

managedTest(
  'systems 1.0 and 1.3: a user puts a living application on a link, step by step',
  async (t, managed) => {
    await managed.start();
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    t.regex(await chat.ask(), onWifi);
    const { code, text } = await managed.links('use', 'chat.cjs', 'lte');
    t.is(code, 0);
    t.regex(text, /^udp4:\d+ {2}moved by rebind, 10\.2\.0\.1:\d+\n$/);
    t.regex(await chat.ask(), onLte);
    t.is(managed.rules, 'chat.cjs: lte\n', 'the answer is kept');
    await managed.until(({ kind }) => kind === 'links.source-changed');
    const steps = managed.records.filter(({ kind }) => !kind.endsWith('ready'));
    t.deepEqual(
      steps.map(({ side, kind }) => `${side}: ${kind}`),
      [
        'manager: links.socket-learned',
        'manager: links.prompted',
        'manager: links.chosen',
        'manager: links.address-found',
        'manager: links.change-sent',
        'stack: links.found',
        'stack: links.source-changed',
      ],
    );
  },
);

managedTest(
  'system 1.1: through a pty each application is asked once, and the answer decides',
  async (t, managed) => {
    await managed.start();
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    await managed.until(({ kind }) => kind === 'links.prompted');
    const file = join(import.meta.dirname, '../../../testbed/cli/ropewalk.js');
    const ask = ['script', '-qec', `'${process.execPath}' '${file}' links ask`, '/dev/null'];
    const asked = await managed.run(ask, 'lte\n');
    t.true(asked.text.includes('chat.cjs: wifi, lte?'), asked.text);
    t.regex(await chat.ask(), onLte);
    const again = await managed.run(ask, '\n');
    t.true(again.text.includes('every application has an answer'), again.text);
  },
);

managedTest(
  'system 1.1: a stored rule counts as an answer given earlier, and --ask-always ignores it',
  async (t, managed) => {
    await managed.start('curl: lte\nchat.cjs: lte\n', '--ask-always');
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    await managed.until(({ kind }) => kind === 'links.prompted');
    t.regex(await chat.ask(), onWifi);
    t.false(managed.records.some(({ kind }) => kind === 'links.change-sent'));
  },
);

managedTest('system 1.7: rules apply to applications that are yet to come', async (t, managed) => {
  await managed.start('curl: lte\n');
  const words = ['-s', '--max-time', '5', '-w', '%{local_ip}', 'telnet://9.9.9.9:8'];
  const fetch = (name: string) => managed.run([name, ...words], 'x\n');
  const without = managed.records.some(({ kind }) => kind === 'links.without-hooks');
  const { text } = await fetch('curl');
  if (without) {
    t.pass('this kernel has no such programs');
    return;
  }
  t.true(text.endsWith('10.2.0.1'), text);
});

managedTest(
  'system 1.7: a process that becomes another program begins where the rule of that one says',
  async (t, managed) => {
    await managed.start('curl: lte\ndefault: wifi\n');
    if (managed.records.some(({ kind }) => kind === 'links.without-hooks')) {
      t.pass('this kernel has no such programs');
      return;
    }
    // Long enough that the manager has seen the shell, which goes by the default.
    const become = 'sleep 1; exec curl -s --max-time 5 -w "%{local_ip}" telnet://9.9.9.9:8';
    const { text } = await managed.run(['sh', '-c', become], 'x\n');
    t.true(text.endsWith('10.2.0.1'), text);
  },
);

managedTest(
  'a name that nothing runs by is no rule, unless it is said to be meant',
  async (t, managed) => {
    await managed.start();
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    const slip = await managed.linksSaying('use', 'chat.cj', 'lte');
    t.is(slip.code, 2);
    t.regex(slip.text, /nothing runs by the name "chat\.cj"[\s\S]*did you mean chat\.cjs\?/);
    t.is(managed.rules, '', 'nothing is kept');
    const meant = await managed.links('use', '--later', 'chat.cj', 'lte');
    t.is(meant.code, 0);
    t.is(managed.rules, 'chat.cj: lte\n');
  },
);

managedTest(
  'a link that goes away: its applications move to the next in their rule',
  async (t, managed) => {
    await managed.start('chat.cjs: [wifi, lte]\n');
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    t.regex(await chat.ask(), onWifi);
    managed.terminal.setLink('wifi', false);
    await managed.until(({ kind }) => kind === 'links.source-changed');
    t.regex(await chat.ask(), onLte);
  },
);

managedTest(
  'or they are reset so that they connect anew, where the rule says so',
  async (t, managed) => {
    await managed.start('web.cjs: { links: [wifi, lte], when-lost: reset }\n');
    const web = new Talker(managed, 'web.cjs', 'tcp');
    await web.line();
    t.regex(await web.ask(), onWifi);
    await managed.until(({ kind }) => kind === 'links.socket-learned');
    const anew = web.line();
    managed.terminal.setLink('wifi', false);
    t.is(await anew, 'ready');
    t.regex(await web.ask(), onLte);
  },
);

managedTest(
  'a TCP connection moves its path only, which is said, and connects anew when it is told to',
  async (t, managed) => {
    await managed.start();
    const web = new Talker(managed, 'web.cjs', 'tcp');
    await web.line();
    t.regex(await web.ask(), onWifi);
    const { text } = await managed.links('use', 'web.cjs', 'lte');
    t.regex(text, /path-only by mark, 10\.1\.0\.1:\d+; --reset connects anew/);
    const anew = web.line();
    const reset = await managed.links('use', 'web.cjs', 'lte', '--reset');
    t.true(reset.text.includes('1 reset'), reset.text);
    t.is(await anew, 'ready');
    t.regex(await web.ask(), onLte);
  },
);

managedTest('who watches applications sees one change its link', async (t, managed) => {
  await managed.start();
  const chat = new Talker(managed, 'chat.cjs', 'udp');
  await chat.line();
  const watching = managed.watch('apps', '--watch');
  t.regex(await watching.until(/chat\.cjs/), /10\.1\.0\.1:\d+ .* wifi +-/);
  await managed.links('use', 'chat.cjs', 'lte');
  t.regex(await watching.until(/chat\.cjs.* lte /), /10\.2\.0\.1:\d+ .* lte +moved by rebind/);
});

managedTest(
  'without the right to put programs into the kernel it says so, and living sockets move all the same',
  async (t, managed) => {
    managed.lacks = ['bpf', 'perfmon', 'sys_admin'];
    await managed.start();
    const said = await managed.until(({ kind }) => kind === 'links.without-hooks');
    t.regex(String(said['why']), /bpf/);
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    const { code, text } = await managed.links('use', 'chat.cjs', 'lte');
    t.is(code, 0);
    t.regex(text, /moved by rebind, 10\.2\.0\.1/);
    t.regex(await chat.ask(), onLte);
  },
);

managedTest('the manager has the rights to look, and no others', async (t, managed) => {
  await managed.start();
  const { pid } = managed.records.find(({ kind }) => kind === 'links.ready') as Said;
  const { text } = await managed.run(['grep', 'CapPrm', `/proc/${pid}/status`]);
  // CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE 19.
  t.is(Number.parseInt(text.split(/\s+/)[1]!, 16), 2 ** 2 + 2 ** 19);
});

managedTest('a manager that is killed leaves no rule, no table and no mark', async (t, managed) => {
  await managed.start('web.cjs: lte\n');
  const web = new Talker(managed, 'web.cjs', 'tcp');
  await web.line();
  await managed.until(({ kind }) => kind === 'links.socket-learned');
  await managed.links('use', 'web.cjs', 'wifi');
  t.true((await pathRules(managed)) > 0);
  const { pid } = managed.records.find(({ kind }) => kind === 'links.ready') as Said;
  const ended = once(managed.launcher!, 'exit');
  process.kill(Number(pid), 'SIGKILL');
  await ended;
  t.is(await pathRules(managed), 0);
});

managedTest(
  'where the stack side is killed too, gc takes away what it left',
  async (t, managed) => {
    await managed.start('chat.cjs: lte\n');
    const chat = new Talker(managed, 'chat.cjs', 'udp');
    await chat.line();
    const { pid } = managed.records.find(({ kind }) => kind === 'links.stack-ready') as Said;
    while ((await pathRules(managed)) === 0);
    const ended = once(managed.launcher!, 'exit');
    process.kill(Number(pid), 'SIGKILL');
    await ended;
    t.true((await pathRules(managed)) > 0, 'control: there it is');
    t.true(collectLeftovers().some(({ rules }) => rules > 0));
    t.is(await pathRules(managed), 0);
    t.deepEqual(collectLeftovers(), []);
  },
);

managedTest(
  'without the rights it says which, and what can be done without them still works',
  async (t, managed) => {
    const file = join(import.meta.dirname, '../../../testbed/cli/ropewalk.js');
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const run = (words: readonly string[]) =>
      managed.run([...nobody, process.execPath, file, 'links', ...words]);
    const refused = await run(['manage', '--rules', '/dev/null']);
    t.is(refused.code, 5);
    const listed = await run(['list']);
    t.is(listed.code, 0);
    t.true(listed.text.includes('10.2.0.1'));
    t.is((await run(['apps'])).code, 0);
    t.is((await run(['use', 'x', 'wifi'])).code, 5, 'no manager runs');
  },
);
