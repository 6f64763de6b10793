/** A collection that a process which has just begun would make in the middle of a switch is made before it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 shows its collector to contexts that are made while it is told to. */
function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}

/** Of the whole heap: what a start leaves behind is more than the heap it began with. */
export function collect(): void {
  findCollector()();
}
