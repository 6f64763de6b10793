/** A strict reader of the XML that we write: throws where a document is not well-formed. */

export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: ReadElement[];
  text: string;
}

const name = '[A-Za-z_][\\w.-]*';
const token = new RegExp(
  `<\\?xml version="1\\.0" encoding="UTF-8"\\?>|</(${name})>|<(${name})((?: ${name}="[^"<]*")*)(/?)>|([^<]+)`,
  'uy',
);
const reference = /&(?:(lt|gt|amp|quot|apos)|#(\d+));|&/g;
const named: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

export function readXml(text: string): ReadElement {
  refuseControls(text);
  const root: ReadElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const reader = new RegExp(token);
  while (reader.lastIndex < text.length) {
    const at = reader.lastIndex;
    const match = reader.exec(text);
    if (match === null) throw new Error(`no token at ${at}: ${text.slice(at, at + 40)}`);
    take(match, open, at);
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') {
    throw new Error('not exactly one element that is closed');
  }
  return root.children[0]!;
}

function take(match: RegExpExecArray, open: ReadElement[], at: number): void {
  const [, end, start, attributes, empty, characters] = match;
  const here = open.at(-1)!;
  if (characters !== undefined) {
    here.text += readReferences(characters);
  } else if (end !== undefined) {
    if (open.pop()!.name !== end) throw new Error(`</${end}> closes ${here.name}`);
  } else if (start !== undefined) {
    const element = {
      name: start,
      attributes: readAttributes(attributes!),
      children: [],
      text: '',
    };
    here.children.push(element);
    if (empty === '') open.push(element);
  } else if (at !== 0) {
    throw new Error(`the declaration stands at ${at}`);
  }
}

function readAttributes(text: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [, key, value] of text.matchAll(/ ([\w.-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(read, key!)) throw new Error(`${key} stands twice`);
    // XML 1.0 3.3.3: what is not a reference becomes a space.
    read[key!] = readReferences(value!.replaceAll(/[\t\n\r]/g, ' '));
  }
  return read;
}

function readReferences(text: string): string {
  return text.replaceAll(reference, (whole, word?: string, digits?: string) => {
    if (word !== undefined) return named[word]!;
    if (digits === undefined) throw new Error(`${whole} begins no reference in ${text}`);
    const character = String.fromCodePoint(Number(digits));
    refuseControls(character);
    return character;
  });
}

function refuseControls(text: string): void {
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isControl = code < 0x20 && ![0x9, 0xa, 0xd].includes(code);
    if (isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) {
      throw new Error(`U+${code.toString(16)} may not stand in XML`);
    }
  }
}
