/** HTML and SVG from plain functions: whatever is put into an element as text is escaped. */

export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | undefined | false | readonly Child[];
type Attribute = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, Attribute>>;

const withoutEnd = ['meta', 'link', 'br', 'hr', 'input', 'col'];

/** `undefined` and `false` leave an attribute or a child out. */
export function element(name: string, attributes: Attributes, ...children: Child[]): Markup {
  const open = `<${name}${Object.entries(attributes).map(formatAttribute).join('')}>`;
  const end = withoutEnd.includes(name) ? '' : `</${name}>`;
  return { markup: open + children.map(formatChild).join('') + end };
}

/** Several without anything around them. */
export function fragment(...children: Child[]): Markup {
  return { markup: children.map(formatChild).join('') };
}

export function trusted(markup: string): Markup {
  return { markup };
}

function formatAttribute([name, value]: [string, Attribute]): string {
  if (value === undefined || value === false) return '';
  return value === true ? ` ${name}` : ` ${name}="${escapeText(String(value))}"`;
}

function formatChild(child: Child): string {
  if (child === undefined || child === false) return '';
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return String(child);
  return 'markup' in child ? child.markup : child.map(formatChild).join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Control characters have no place in HTML, and programs print them. */
function escapeText(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, (one) => (one === '\n' || one === '\t' ? one : '\ufffd'))
    .replaceAll(/[&<>"]/g, (one) => escapes[one]!);
}
