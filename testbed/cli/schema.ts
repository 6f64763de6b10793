import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import type { Session } from './session.ts';

const schemas = ['scenario', 'topology'];

export function addSchema(program: Command, { terminal }: Session): void {
  program
    .command('schema')
    .description('print the JSON Schema that an editor completes and checks YAML with')
    .argument('[which]', schemas.join(' or '), 'scenario')
    .action((which: string) => terminal.print(readSchema(which)));
}

function readSchema(which: string): string {
  if (!schemas.includes(which)) {
    const near = nearestWord(which, schemas);
    throw new InputError({
      code: 'unknown-schema',
      message: `there is no schema called ${JSON.stringify(which)}`,
      hint: near === undefined ? `there are ${schemas.join(' and ')}` : `did you mean ${near}?`,
    });
  }
  return readFileSync(new URL(`../schema/${which}.schema.json`, import.meta.url), 'utf8');
}
