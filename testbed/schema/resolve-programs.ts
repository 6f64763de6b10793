/** Programs: where they run, and whether a built-in one knows its settings. */
import { nearestWord } from '../../src/base/nearest.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import { builtInPrograms, type SettingKind, type SettingRule } from './built-in-programs.ts';
import { findOne } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { ProgramModel } from './model.ts';
import { descriptions, fits, isNodeReference, settingExamples } from './program-settings.ts';
import { listWords, quote } from './quote.ts';
import { findHost, type References } from './references.ts';
import type { RawProgram } from './scenario.ts';

export function resolvePrograms(
  raw: Readonly<Record<string, RawProgram>>,
  references: References,
): ProgramModel[] {
  return Object.entries(raw).flatMap(([name, program]) => {
    const path = ['programs', name];
    const on = findHost(references, program.on, [...path, 'on']);
    checkRun(program.run, [...path, 'run'], references);
    const settings = (program.with ?? {}) as Settings;
    checkNodes(settings, [...path, 'with'], references);
    const rules = typeof program.run === 'string' ? rulesOf(program.run) : undefined;
    if (rules !== undefined) checkSettings(settings, rules, path, references);
    return on === undefined ? [] : [{ name, on, run: program.run, with: settings }];
  });
}

function rulesOf(name: string): Readonly<Record<string, SettingRule>> | undefined {
  return Object.hasOwn(builtInPrograms, name) ? builtInPrograms[name] : undefined;
}

function checkRun(run: string | readonly string[], path: SourcePath, references: References): void {
  if (typeof run !== 'string') {
    if (run.length > 0 && run[0] !== '') return;
    const hint = 'write the program and its arguments: [./mystack, --via, gateway]';
    references.report({ code: 'empty-value', path, message: 'the command is empty', hint });
    return;
  }
  if (rulesOf(run) !== undefined) return;
  const known = Object.keys(builtInPrograms);
  const nearest = nearestWord(run, known);
  const line = run.includes(' ') || run.includes('/');
  const hint = line
    ? `write a command as a list: [${run.split(/\s+/).join(', ')}]`
    : nearest === undefined
      ? `built in: ${known.join(', ')}; a command of your own is a list: [${run}]`
      : `did you mean "${nearest}"?`;
  const message = `${quote(run)} is not a built-in program`;
  references.report({ code: 'unknown-word', path, message, hint });
}

/** `{ node: server }` anywhere within; `link` and `at` may choose among its addresses. */
function checkNodes(value: SettingValue, path: SourcePath, references: References): void {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) checkNodes(item, [...path, at], references);
  } else if (isNodeReference(value)) {
    findHost(references, value.node, [...path, 'node']);
    if (value.link !== undefined) findOne(references.links, value.link, [...path, 'link']);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) checkNodes(inner, [...path, key], references);
  }
}

function checkSettings(
  settings: Settings,
  rules: Readonly<Record<string, SettingRule>>,
  path: SourcePath,
  references: References,
): void {
  const { report } = references;
  const known = Object.keys(rules);
  for (const [key, value] of Object.entries(settings)) {
    const at = [...path, 'with', key];
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      const nearest = nearestWord(key, known);
      const hint =
        nearest === undefined ? `its settings: ${known.join(', ')}` : `did you mean "${nearest}"?`;
      const message = `${quote(key)} is not a setting of this program`;
      const about = [...path, 'with'];
      report({ code: 'unknown-setting', path: at, about, aim: 'key', message, hint });
    } else checkValue(rule.kind, value, at, references);
  }
  // A mistyped one is probably what seems to be missing.
  if (Object.keys(settings).some((key) => !known.includes(key))) return;
  const missing = known.filter((key) => rules[key]!.isRequired && settings[key] === undefined);
  if (missing.length === 0) return;
  const message = `this program needs ${listWords(missing, 'and')}`;
  const parts = missing.map((key) => `${key}: ${settingExamples[rules[key]!.kind]}`);
  const hint = `write with: { ${parts.join(', ')} }`;
  report({ code: 'missing-key', path: [...path, 'with'], aim: 'key', message, hint });
}

function checkValue(
  kind: SettingKind,
  value: SettingValue,
  path: SourcePath,
  references: References,
): void {
  const { report } = references;
  if (!fits(kind, value)) {
    const message = `${quote(value)} stands where ${descriptions[kind]} is expected`;
    report({ code: 'wrong-type', path, message, hint: `write ${settingExamples[kind]}` });
  } else if (kind === 'address-pair' && isNodeReference(value))
    checkPair(value.node, path, references);
}

/** The plan turns a node into all its addresses on a link: here they must be two. */
function checkPair(name: string, path: SourcePath, { resolved, report }: References): void {
  const node = resolved.topology.nodes.find((one) => one.name === name);
  if (node === undefined || node.addressCount === 2) return;
  if (Object.keys(node.addresses).length > 0) return;
  const has = node.addressCount === 1 ? 'one address' : `${node.addressCount} addresses`;
  const message = `${name} has ${has}, and two are needed`;
  const hint = `write addresses: 2 at nodes.${node.group}`;
  report({ code: 'impossible-value', path: [...path, 'node'], message, hint });
}
