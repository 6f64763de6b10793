/** An answer is kept in the file of rules, whose comments and order stay. */
import { type Document, parseDocument, YAMLMap } from 'yaml';
import { defaultName, type Rule } from './rules.ts';

/** The text with this rule in it: in place of what it said for that name, else before `default`. */
export function writeRule(text: string, rule: Rule): string {
  const document: Document = parseDocument(text);
  const map = document.contents instanceof YAMLMap ? document.contents : new YAMLMap();
  document.contents = map;
  const value = valueFor(document, rule);
  if (map.has(rule.name)) {
    map.set(rule.name, value);
    return document.toString();
  }
  const pair = document.createPair(rule.name, value);
  const last = map.items.findIndex(({ key }) => String(key) === defaultName);
  map.items.splice(last < 0 ? map.items.length : last, 0, pair);
  return document.toString();
}

function valueFor(document: Document, { links, whenLost }: Rule) {
  const named = links.length === 1 ? links[0]! : links;
  const plain = whenLost === 'move' ? named : { links: named, 'when-lost': whenLost };
  return document.createNode(plain, { flow: true });
}
