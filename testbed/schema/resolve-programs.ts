/** Programs: where they run, and whether a built-in one knows its settings. */
import { parseIp } from '../../src/base/address.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import { parseDuration, parseRate, parseSize, type Reading } from '../../src/base/units.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import { builtInPrograms, type SettingKind, type SettingRule } from './built-in-programs.ts';
import { findOne } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { ProgramModel } from './model.ts';
import type { RawProgram } from './program-fields.ts';
import { listWords, quote } from './quote.ts';
import { findHost, type References } from './references.ts';
import { resolveForeign } from './resolve-foreign.ts';

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
    const foreign = resolveForeign(program, path, references);
    if (on === undefined) return [];
    return [{ name, on, run: program.run, with: settings, ...(foreign && { foreign }) }];
  });
}

function rulesOf(name: string): Readonly<Record<string, SettingRule>> | undefined {
  return Object.hasOwn(builtInPrograms, name) ? builtInPrograms[name]?.settings : undefined;
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

interface NodeReference {
  readonly node: string;
  readonly link?: string;
  readonly at?: number;
}

function isNodeReference(value: SettingValue): value is SettingValue & NodeReference {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { node, link, at, ...rest } = value as Settings;
  const known = typeof node === 'string' && (link === undefined || typeof link === 'string');
  return known && (at === undefined || Number.isInteger(at)) && Object.keys(rest).length === 0;
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
    } else if (rule.kind === 'node' && typeof value === 'string' && !isAddressText(value)) {
      findHost(references, value, at);
    } else if (!fits(rule.kind, value)) {
      const message = `${quote(value)} stands where ${descriptions[rule.kind]} is expected`;
      report({
        code: 'wrong-type',
        path: at,
        message,
        hint: `write ${settingExamples[rule.kind]}`,
      });
    }
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

const descriptions: Readonly<Record<SettingKind, string>> = {
  port: 'a port from 1 to 65535',
  ports: 'a list of ports',
  'named-ports': 'links with a list of ports each',
  'port-pair': 'a list of two different ports',
  boolean: 'true or false',
  family: '4 or 6',
  addresses: 'an address or a node',
  text: 'a word',
  words: 'a list of words',
  node: 'a node or its address',
  count: 'a whole number',
  duration: 'a time',
  rate: 'a rate',
  size: 'a size',
  address: 'an address',
  'named-addresses': 'names with an address each',
  'named-words': 'names with a word each',
};

const settingExamples: Readonly<Record<SettingKind, string>> = {
  port: '7000',
  ports: '[5060, 5061]',
  'named-ports': '{ lte: [22] }',
  'port-pair': '[3478, 3479]',
  boolean: 'true',
  family: '4',
  addresses: '{ node: server }',
  text: 'lab',
  words: '[wifi, lte]',
  node: 'gateway',
  count: '8',
  duration: '5 s',
  rate: '1 Mbit/s',
  size: '1 MiB',
  address: '10.77.0.1',
  'named-addresses': '{ bob: 10.77.0.2 }',
  'named-words': '{ call: wifi }',
};

function fits(kind: SettingKind, value: SettingValue): boolean {
  switch (kind) {
    case 'port':
      return isPort(value);
    case 'ports':
      return Array.isArray(value) && value.length > 0 && value.every(isPort);
    case 'named-ports':
      return isNamed(value, (one) => fits('ports', one));
    case 'port-pair':
      return (
        Array.isArray(value) && value.length === 2 && value.every(isPort) && value[0] !== value[1]
      );
    case 'boolean':
      return typeof value === 'boolean';
    case 'family':
      return value === 4 || value === 6;
    case 'addresses':
      return (
        isNodeReference(value) ||
        isAddress(value) ||
        (Array.isArray(value) && value.every(isAddress))
      );
    case 'words':
      return Array.isArray(value) && value.length > 0 && value.every((one) => fits('text', one));
    case 'node':
      return isAddress(value) || fits('text', value);
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'count':
      return Number.isInteger(value) && (value as number) >= 0;
    case 'duration':
      return isQuantity(value, parseDuration);
    case 'rate':
      return isQuantity(value, parseRate);
    case 'size':
      return isQuantity(value, parseSize);
    case 'address':
      return isAddressText(value);
    case 'named-addresses':
      return isNamed(value, isAddressText);
    case 'named-words':
      return isNamed(value, (one) => fits('text', one));
  }
}

function isQuantity(value: SettingValue, parse: (text: string) => Reading): boolean {
  return typeof value === 'string' && typeof parse(value) === 'number';
}

function isNamed(value: SettingValue, isFit: (value: SettingValue) => boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isFit);
}

function isPort(value: SettingValue): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

function isAddress(value: SettingValue): boolean {
  return isNodeReference(value) || isAddressText(value);
}

function isAddressText(value: SettingValue): boolean {
  return typeof value === 'string' && parseIp(value) !== undefined;
}
