import test from 'ava';
import { algorithmsFor, parseKnownKeys } from './known-hosts.ts';
import { settingsOf, sshWords, withProxy } from './target.ts';

test('a login is a host, with a user and a port if they are said', (t) => {
  const words = (login: string) => sshWords({ login });
  t.deepEqual(words('box'), { words: [], host: 'box' });
  t.deepEqual(words('me@box:2222'), { words: ['-l', 'me', '-p', '2222'], host: 'box' });
  t.deepEqual(words('me@[2001:db8::1]:22').host, '2001:db8::1');
  for (const bad of ['', 'a b@c d:x', 'me@box:port', '-oProxyCommand=x', 'me@-box']) {
    t.throws(() => words(bad), { message: /is no login/ }, bad);
  }
});

const printed = `user me
hostname 192.0.2.7
port 2222
identityfile /keys/one
identityfile /keys/two
userknownhostsfile /a /b
globalknownhostsfile /c
identityagent none
proxycommand nc -x %% %h %p %r
stricthostkeychecking ask
`;

test('what ssh would do is read from what it prints', (t) => {
  const settings = settingsOf(printed, [], 'box');
  t.deepEqual(settings.identityFiles, ['/keys/one', '/keys/two']);
  t.deepEqual(settings.knownHostsFiles, ['/a', '/b', '/c']);
  t.is(settings.keyName, '[192.0.2.7]:2222');
  t.is(settings.proxyCommand, 'nc -x % 192.0.2.7 2222 me');
  t.is(settings.trusts, 'known', 'who asks a person at a terminal asks nobody here');
});

test('a jump host is a ProxyCommand, and an alias is who a host is known as', (t) => {
  const text = 'user me\nhostname box\nport 2222\nproxyjump gate\nhostkeyalias known\n';
  const settings = settingsOf(text, ['-F', '/my config'], 'box');
  t.is(settings.proxyCommand, "ssh -F '/my config' -W '[box]:2222' gate");
  t.is(settings.keyName, 'known');
});

test('a ProxyCommand that is given takes the place of the other, and has its tokens filled in too', (t) => {
  const settings = settingsOf(printed, [], 'box');
  t.is(withProxy(settings, 'nc -X 5 %h %p', 'box').proxyCommand, 'nc -X 5 192.0.2.7 2222');
  t.is(withProxy(settings, undefined, 'box').proxyCommand, settings.proxyCommand);
});

test('known hosts are read but for authorities and what is revoked', (t) => {
  const text = `# Host box found: line 1
box ssh-ed25519 AAAA
|1|abc=|def= ssh-rsa BBBB
@revoked box ssh-ed25519 CCCC
`;
  const known = parseKnownKeys(text);
  t.deepEqual(known, [
    { type: 'ssh-ed25519', key: 'AAAA' },
    { type: 'ssh-rsa', key: 'BBBB' },
  ]);
  t.deepEqual(algorithmsFor(known), ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
});
