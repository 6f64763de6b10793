/** What differs between two runs of the same thing stands between these, so that the rest can be compared. */
import { type Child, fragment, type Markup, trusted } from './element.ts';

export function ofThisRun(...children: Child[]): Markup {
  return fragment(trusted('<!--run-->'), ...children, trusted('<!--/run-->'));
}

/** The page without it. */
export function withoutRun(page: string): string {
  return page.replaceAll(/<!--run-->.*?<!--\/run-->/gs, '');
}
