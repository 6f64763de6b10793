/** What to type, on lines of its own. */
import { element, type Markup } from './element.ts';

/** More stand where there is room for each. */
export const mostCommands = 3;

export function showCommands(text: string, commands: readonly string[]): Markup {
  return element(
    'div',
    { class: 'commands' },
    element('p', {}, text),
    element('pre', { tabindex: 0 }, element('code', {}, commands.join('\n'))),
  );
}
