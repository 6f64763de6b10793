/** What the YAML parser found, in words for somebody who does not know its grammar. */
import {
  type Document,
  isCollection,
  isScalar,
  type Node,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import { InputError } from '../../src/base/errors.ts';
import { placeAt, type SourceText } from './source.ts';

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const quoteIt = 'put the value in quotes if it is meant as text';

const explanations: Readonly<Record<string, Explanation>> = {
  TAB_AS_INDENT: {
    code: 'tab-indent',
    message: 'a tab indents this line',
    hint: 'indent with spaces, two for each level',
  },
  MULTIPLE_DOCS: {
    code: 'several-documents',
    message: 'a second document begins here (---)',
    hint: 'write one scenario or topology in a file',
  },
  BAD_ALIAS: {
    code: 'unknown-alias',
    message: 'this anchor or alias has no name',
    hint: 'write &name before a value and *name where it is used again',
  },
  BAD_DQ_ESCAPE: {
    code: 'bad-escape',
    message: 'this is no escape sequence',
    hint: "write \\\\ for a backslash, or use 'single quotes'",
  },
  BAD_SCALAR_START: {
    code: 'syntax',
    message: 'a value cannot begin with this character',
    hint: quoteIt,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    code: 'syntax',
    message: 'a key and a value follow where a single value is expected',
    hint: 'write `key: value` once a line, indent what belongs to it by two spaces, or use { braces }',
  },
  MULTILINE_IMPLICIT_KEY: {
    code: 'syntax',
    message: 'a key and its colon must stand on one line',
    hint: 'write `key: value`; list items begin with "- ", all at the same column',
  },
  RESOURCE_EXHAUSTION: {
    code: 'too-deep',
    message: 'too many values stand inside each other',
    hint: 'nothing in a scenario is that deep',
  },
  TAG_RESOLVE_FAILED: {
    code: 'unknown-tag',
    message: 'tags (!name) are not read',
    hint: 'leave the tag out',
  },
};

export function explainSyntax(
  source: SourceText,
  document: Document.Parsed,
): InputError | undefined {
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken === undefined) return undefined;
  const explained = explanations[broken.code] ?? explainByText(broken, source.text);
  const open = explained.code === 'unclosed' ? findUnclosed(document, source.text) : undefined;
  const [start, end] = open === undefined ? skipSpace(source.text, broken.pos) : [open, open + 1];
  return new InputError({ ...explained, place: placeAt({ source, start, end }), cause: broken });
}

/** The parser points at the indentation; what is meant is the text behind it. */
function skipSpace(text: string, [start, end]: [number, number]): [number, number] {
  const gap = /^ */.exec(text.slice(start))![0].length;
  return gap === 0 ? [start, end] : [start + gap, start + gap + 1];
}

/** Where the innermost bracket, brace or quote that is never closed was opened. */
function findUnclosed(document: Document.Parsed, text: string): number | undefined {
  let opened: number | undefined;
  visit(document, {
    Node: (_, node) => {
      const [start, end] = node.range ?? [0, 0];
      const closer = closers[text[start] ?? ''];
      const isOpen = end - start < 2 || text[end - 1] !== closer;
      if (closer !== undefined && isOpen && isDelimited(node)) opened = start;
    },
  });
  return opened;
}

const closers: Readonly<Record<string, string>> = { '[': ']', '{': '}', '"': '"', "'": "'" };

function isDelimited(node: Node): boolean {
  if (isCollection(node)) return node.flow === true;
  return isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
}

function explainByText(broken: YAMLParseError | YAMLWarning, text: string): Explanation {
  const { message } = broken;
  const open = /must be sufficiently indented and end with a (.)/.exec(message)?.[1];
  if (open !== undefined) return unclosed(open);
  const quoted = /Missing closing (["'])/.exec(message)?.[1];
  if (quoted !== undefined) return unclosed(quoted);
  if (/expected .* to end with (.)/.test(message)) return unclosed(message.at(-1)!);
  if (message.includes('same column')) {
    return {
      code: 'bad-indent',
      message: 'this line belongs to no level above it',
      hint: 'begin it at the same column as its neighbours',
    };
  }
  if (message.includes('need to be followed by map values')) {
    return { code: 'syntax', message: 'a key without a value', hint: 'write `key: value`' };
  }
  if (message.includes('block-seq-ind')) {
    const hint = 'begin the list on the next line, or write [a, b]';
    return { code: 'syntax', message: 'a list item cannot follow its key on one line', hint };
  }
  const member = /[\w-]+$/.exec(text.slice(0, broken.pos[0]))?.[0];
  const index = /^\[\d+\]/.exec(text.slice(broken.pos[0]))?.[0];
  if (member !== undefined && index !== undefined) {
    const hint = `put it in quotes: "${member}${index}"`;
    return { code: 'syntax', message: 'within braces a bracket begins a list', hint };
  }
  if (message.startsWith('Unexpected')) {
    return { code: 'syntax', message: 'this character does not belong here', hint: quoteIt };
  }
  return { code: 'syntax', message: `this is not YAML: ${message}`, hint: quoteIt };
}

function unclosed(closer: string): Explanation {
  const hint = `close it with ${closer}`;
  const what = closer === ']' ? 'list' : closer === '}' ? 'map' : 'quoted text';
  return { code: 'unclosed', message: `this ${what} is not closed`, hint };
}
