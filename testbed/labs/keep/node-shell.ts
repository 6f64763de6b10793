/** A shell that says in its prompt which node it is on. */
import { basename } from 'node:path';

export interface NodeShell {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * bash reads its start files before the first prompt, which set one of their own: what goes before it
 * is added then, once. Others keep the one that they are handed, unless their start files know better.
 */
export function shellOn(node: string, shell: string): NodeShell {
  const argv = [shell, '-i'];
  const prompt = `(${node}) `;
  const env = { ROPEWALK_NODE: node };
  if (basename(shell) !== 'bash') return { argv, env: { ...env, PS1: `${prompt}$ ` } };
  const addOnce = `PS1="${prompt}$PS1"; unset PROMPT_COMMAND`;
  return { argv, env: { ...env, PROMPT_COMMAND: addOnce } };
}
