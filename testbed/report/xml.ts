/** Text inside XML 1.0. */

/** XML 1.0 2.2: other characters may not stand in a document in any spelling. */
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** XML 1.0 2.11: a bare carriage return would be read back as a line feed. */
export function escapeText(text: string): string {
  return legal(text).replaceAll(/[&<>\r]/g, (character) => references[character]!);
}

/** XML 1.0 3.3.3: bare white space in a value would be read back as spaces. */
export function escapeValue(text: string): string {
  return legal(text).replaceAll(/[&<>"\t\n\r]/g, (character) => references[character]!);
}

function legal(text: string): string {
  return text.toWellFormed().replaceAll(forbidden, '\u{fffd}');
}

/** Undefined attributes are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

export interface Element {
  readonly name: string;
  readonly attributes: Attributes;
  readonly content: readonly Element[] | string;
}

export function formatXml(root: Element): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  writeElement(lines, root, '');
  return `${lines.join('\n')}\n`;
}

function writeElement(lines: string[], element: Element, indent: string): void {
  const { name, content } = element;
  const head = `${indent}<${name}${formatAttributes(element.attributes)}`;
  if (content.length === 0) {
    lines.push(`${head}/>`);
  } else if (typeof content === 'string') {
    lines.push(`${head}>${escapeText(content)}</${name}>`);
  } else {
    lines.push(`${head}>`);
    for (const child of content) writeElement(lines, child, `${indent}  `);
    lines.push(`${indent}</${name}>`);
  }
}

function formatAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeValue(String(value))}"`)
    .join('');
}
