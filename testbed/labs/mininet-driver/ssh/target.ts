/** Which login is meant, and how ssh would reach it: its own configuration is asked, by `ssh -G`. */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { InputError, UnsupportedError } from '../../../../src/base/errors.ts';
import { findTool } from '../../processes/find-tool.ts';
import { findHostCards } from '../host/host-card.ts';

export interface MininetTarget {
  /** `user@host[:port]`, or `here`: the host that `make mininet-host` has raised. */
  readonly login: string;
  /** In place of the user's configuration of ssh. */
  readonly configPath?: string | undefined;
  /** In place of the one that the configuration has. */
  readonly proxyCommand?: string | undefined;
}

export interface SshSettings {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** By what it is looked up among the known hosts. */
  readonly keyName: string;
  readonly identityFiles: readonly string[];
  readonly agentSocket: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** `new`: who is not known is let in, who is known by another key is not. */
  readonly trusts: 'known' | 'new' | 'any';
  readonly proxyCommand: string | undefined;
}

/** The named login, in words for `ssh`. */
export interface SshWords {
  readonly words: readonly string[];
  readonly host: string;
}

export function sshWords({ login, configPath }: MininetTarget): SshWords {
  if (login === 'here') return wordsOfHere();
  const [, user, host, port] =
    /^(?:([^@:]+)@)?(\[[^\]]+\]|[^@:]+)(?::(\d{1,5}))?$/.exec(login) ?? [];
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) throw notALogin(login);
  const words = [
    ...(configPath === undefined ? [] : ['-F', configPath]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', port]),
  ];
  return { words, host: host.replaceAll(/[[\]]/g, '') };
}

function wordsOfHere(): SshWords {
  const [card] = findHostCards();
  if (card !== undefined) return { words: ['-F', card.configPath], host: 'mininet' };
  throw new UnsupportedError({
    code: 'no-mininet-host-here',
    message: 'no Mininet host stands on this machine',
    hint: 'raise one: make mininet-host; or name another machine: --mininet user@host',
  });
}

function notALogin(login: string): InputError {
  return new InputError({
    code: 'not-a-login',
    message: `${JSON.stringify(login)} is no login on a Mininet machine`,
    hint: 'write --mininet user@host, user@host:port, or here',
  });
}

export function readSshSettings(target: MininetTarget): SshSettings {
  const ssh = findTool('ssh');
  if (ssh === undefined) {
    throw new UnsupportedError({
      code: 'no-ssh-client',
      message: 'there is no ssh on this machine, whose configuration and known hosts count',
      hint: 'sudo apt-get install --no-install-recommends openssh-client',
    });
  }
  const { words, host } = sshWords(target);
  const text = execFileSync(ssh, [...words, '-G', '--', host], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return withProxy(settingsOf(text, words, host), target.proxyCommand, host);
}

/** `command`: instead of what the configuration has, with the same `%h` and `%p` in it. */
export function withProxy(
  settings: SshSettings,
  command: string | undefined,
  asked: string,
): SshSettings {
  if (command === undefined) return settings;
  return { ...settings, proxyCommand: expandTokens(command, { ...settings, asked }) };
}

/** `text`: what `ssh -G` prints, a setting a line. */
export function settingsOf(text: string, words: readonly string[], asked: string): SshSettings {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const all = (name: string): string[] =>
    lines.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name: string): string | undefined => all(name).find((value) => value !== 'none');
  const [user, host, port] = [one('user')!, one('hostname') ?? asked, Number(one('port') ?? 22)];
  const name = one('hostkeyalias') ?? host;
  const jump = one('proxyjump');
  const proxy = one('proxycommand') ?? (jump && jumpCommand(jump, words));
  return {
    ...{ user, host, port },
    keyName: port === 22 || one('hostkeyalias') !== undefined ? name : `[${name}]:${port}`,
    identityFiles: all('identityfile').map(expandHome),
    agentSocket: agentOf(one('identityagent')),
    knownHostsFiles: [...all('userknownhostsfile'), ...all('globalknownhostsfile')]
      .flatMap((value) => value.split(' '))
      .map(expandHome),
    trusts: trustOf(one('stricthostkeychecking')),
    proxyCommand: proxy && expandTokens(proxy, { user, host, port, asked }),
  };
}

/** The jump host's own settings are in the same configuration. */
function jumpCommand(jump: string, words: readonly string[]): string {
  const [flag, path] = words;
  const config = flag === '-F' ? ` -F '${path}'` : '';
  return `ssh${config} -W '[%h]:%p' ${jump}`;
}

function agentOf(setting: string | undefined): string | undefined {
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'];
  return expandHome(setting);
}

function trustOf(setting: string | undefined): SshSettings['trusts'] {
  if (setting === 'false' || setting === 'no' || setting === 'off') return 'any';
  return setting === 'accept-new' ? 'new' : 'known';
}

function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, process.env['HOME'] ?? '~');
}

interface Tokens {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly asked: string;
}

function expandTokens(command: string, { user, host, port, asked }: Tokens): string {
  const values: Readonly<Record<string, string>> = {
    ...{ '%': '%', h: host, n: asked, p: String(port), r: user },
  };
  return command.replaceAll(/%([%hnpr])/g, (_, token: string) => values[token]!);
}
