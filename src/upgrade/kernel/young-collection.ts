/** What a young collection would take in the middle of a switch is taken before it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** V8 shows its collector to contexts that are made while it is told to. */
function findCollector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}

let collector: Collect | undefined;

export function collectYoung(): void {
  collector ??= findCollector();
  collector({ type: 'minor' });
}
