/** A file of rules: YAML, a line for each application. */
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { defaultName, type LossAnswer, lossAnswers, type Rule } from './rules.ts';
import { type Complaint, complainAt, extentOf, type RulesText } from './yaml-place.ts';

const example = 'write one a line: firefox: wifi';
const code = 'bad-link-rule';

/** Throws an InputError that points at what it can't read. */
export function readRules(file: string, text: string): readonly Rule[] {
  const lines = new LineCounter();
  const source: RulesText = { file, text, lines };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const message = `this is not YAML: ${broken.message}`;
    throw complainAt(source, broken.pos, { code, message, hint: example });
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) {
    throw complaint(source, contents, 'rules are names with links', example);
  }
  const rules = (contents.items as Pair<Node, Node | null>[]).map((pair) => readRule(source, pair));
  refuseUnreachable(source, contents.items as Pair<Node, Node | null>[]);
  return rules;
}

function readRule(source: RulesText, { key, value }: Pair<Node, Node | null>): Rule {
  const name = wordOf(key);
  if (name === undefined) throw complaint(source, key, 'this is not a name', example);
  if (value === null || (isScalar(value) && value.value === null)) {
    throw complaint(source, key, `${name} has no link`, `write a link behind it: ${name}: wifi`);
  }
  if (!isMap(value)) return { name, links: readLinks(source, name, value), whenLost: 'move' };
  const links = value.get('links', true) as Node | undefined;
  if (links === undefined) {
    const hint = `write ${name}: { links: [wifi, lte], when-lost: reset }`;
    throw complaint(source, value, `${name} has no links`, hint);
  }
  refuseUnknownKeys(source, name, value.items as Pair<Node, Node>[]);
  const lost = value.get('when-lost', true) as Node | undefined;
  return { name, links: readLinks(source, name, links), whenLost: readLoss(source, lost) };
}

function readLinks(source: RulesText, name: string, value: Node): readonly string[] {
  const items = isSeq(value) ? (value.items as Node[]) : [value];
  const links = items.map((item) => {
    const link = wordOf(item);
    if (link !== undefined) return link;
    const hint = `write ${name}: wifi, or ${name}: [wifi, lte]`;
    throw complaint(source, item, `${name} names something that is no link`, hint);
  });
  if (links.length > 0) return links;
  throw complaint(source, value, `${name} has no link`, `write a link behind it: ${name}: [wifi]`);
}

function readLoss(source: RulesText, value: Node | undefined): LossAnswer {
  if (value === undefined) return 'move';
  const word = wordOf(value);
  const answer = lossAnswers.find((one) => one === word);
  if (answer !== undefined) return answer;
  const hint = `when-lost is ${lossAnswers.join(' or ')}`;
  throw complaint(source, value, `"${word ?? ''}" is not what can be done`, hint);
}

function refuseUnknownKeys(source: RulesText, name: string, items: readonly Pair<Node>[]): void {
  for (const { key } of items) {
    const word = wordOf(key);
    if (word === 'links' || word === 'when-lost') continue;
    const hint = 'a rule has links and when-lost';
    throw complaint(source, key, `${name} has no setting "${word ?? ''}"`, hint);
  }
}

/** What stands behind `default`, and a name that stands twice (which the parser refuses), never decides. */
function refuseUnreachable(source: RulesText, items: readonly Pair<Node>[]): void {
  const at = items.findIndex(({ key }) => wordOf(key) === defaultName);
  const next = at < 0 ? undefined : items[at + 1];
  if (next === undefined) return;
  const name = wordOf(next.key) ?? '';
  const message = `${name} stands behind default, which fits every application first`;
  throw complaint(source, next.key, message, `put it before ${defaultName}`);
}

function wordOf(node: Node): string | undefined {
  if (!isScalar(node)) return undefined;
  const { value } = node;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function complaint(source: RulesText, node: Node, message: string, hint: string) {
  const said: Complaint = { code, message, hint };
  return complainAt(source, extentOf(node), said);
}
