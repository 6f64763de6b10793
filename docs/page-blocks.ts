/** The fenced blocks of a page, each with what the text before it says of it. */

export interface PageBlock {
  /** The first word behind the fence: `sh`, `yaml`. */
  readonly language: string;
  /** What follows it: `fragment`, `fragment of lab/scenarios/hello.yaml`. */
  readonly info: string;
  readonly text: string;
  /** The last file that the paragraph before the block names in backticks. */
  readonly fileNamed: string | undefined;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  /** Where `text` stands in the page. */
  readonly offset: number;
}

const fenced = /^```(\S+)(?: (.*))?\n([\s\S]*?)^```$/gm;

export function readBlocks(page: string): PageBlock[] {
  return [...page.matchAll(fenced)].map((match) => ({
    language: match[1]!,
    info: match[2] ?? '',
    text: match[3]!,
    fileNamed: fileNamedIn(lastParagraph(page.slice(0, match.index))),
    line: page.slice(0, match.index).split('\n').length,
    offset: match.index + match[0].indexOf('\n') + 1,
  }));
}

function lastParagraph(text: string): string {
  return text.trimEnd().split('\n\n').at(-1)!;
}

function fileNamedIn(paragraph: string): string | undefined {
  return [...paragraph.matchAll(/`([^`\s]+\.yaml)`/g)].at(-1)?.[1];
}
