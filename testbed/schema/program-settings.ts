/** What a built-in program's setting may be, in words, by example and by test. */
import { parseIp } from '../../src/base/address.ts';
import type { Settings, SettingValue } from '../../src/host/program.ts';
import type { SettingKind } from './built-in-programs.ts';

/** Stands for addresses of a node: all on one link, or the one `at` a place in that list. */
interface NodeReference {
  readonly node: string;
  readonly link?: string;
  readonly at?: number;
}

export function isNodeReference(value: SettingValue): value is SettingValue & NodeReference {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { node, link, at, ...rest } = value as Settings;
  const known = typeof node === 'string' && (link === undefined || typeof link === 'string');
  return known && (at === undefined || Number.isInteger(at)) && Object.keys(rest).length === 0;
}

export const descriptions: Readonly<Record<SettingKind, string>> = {
  port: 'a port from 1 to 65535',
  'port-pair': 'a list of two different ports',
  boolean: 'true or false',
  family: '4 or 6',
  'address-pair': 'a node with two addresses, or a list of two addresses,',
};

export const settingExamples: Readonly<Record<SettingKind, string>> = {
  port: '7000',
  'port-pair': '[3478, 3479]',
  boolean: 'true',
  family: '4',
  'address-pair': '{ node: server }',
};

export function fits(kind: SettingKind, value: SettingValue): boolean {
  switch (kind) {
    case 'port':
      return isPort(value);
    case 'port-pair':
      return isPair(value, isPort) && value[0] !== value[1];
    case 'boolean':
      return typeof value === 'boolean';
    case 'family':
      return value === 4 || value === 6;
    case 'address-pair':
      return isPair(value, isAddress) || (isNodeReference(value) && value.at === undefined);
  }
}

function isPair(
  value: SettingValue,
  isOne: (value: SettingValue) => boolean,
): value is readonly SettingValue[] {
  return Array.isArray(value) && value.length === 2 && value.every(isOne);
}

function isPort(value: SettingValue): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

function isAddress(value: SettingValue): boolean {
  if (isNodeReference(value)) return value.at !== undefined;
  return typeof value === 'string' && parseIp(value) !== undefined;
}
