/**
 * Our agent on a Mininet host: it raises labs there for whoever started it through ssh, and is heard and
 * told through its input and output. When nobody is there any more it takes all down and ends.
 */
import process from 'node:process';
import { frameMessage, MessageReader } from '../../hub/framing.ts';
import { SpareHub } from '../../hub/hub-process.ts';
import { packError } from '../../keep/packed-error.ts';
import { collectGarbage } from '../../ledger/collect-garbage.ts';
import { agentFacts } from './agent-facts.ts';
import { AgentLab } from './agent-lab.ts';
import { type Addressed, type Order, silenceMs, type Word } from './messages.ts';

/** It is prepared while nothing is measured. */
const spareHub = new SpareHub();
const labs = new Map<number, AgentLab>();
let silence = setTimeout(() => {}, 0);
let isEnding = false;

const reader = new MessageReader<Addressed<Order>>(({ lab, body }) => take(lab, body));
process.stdin.on('data', (bytes: Uint8Array) => {
  listenOn();
  reader.push(bytes);
});
process.stdin.once('end', () => void end());
process.stdin.once('error', () => void end());
process.stdout.on('error', () => void end());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void end());
listenOn();
say(0, { kind: 'hello', facts: agentFacts() });
spareHub.prepare();

function take(lab: number, order: Order): void {
  switch (order.kind) {
    case 'up':
      labs.set(lab, new AgentLab(order.order, (word) => hear(lab, word), spareHub.take()));
      return;
    case 'alive':
      say(lab, { kind: 'alive' });
      return;
    case 'collect':
      collectGarbage().then(
        (runs) => say(lab, { kind: 'collected', runs }),
        (error) => say(lab, { kind: 'failed', problem: packError(error) }),
      );
      return;
    default:
      labs.get(lab)?.take(order);
  }
}

function hear(lab: number, word: Word): void {
  say(lab, word);
  if (word.kind !== 'gone') return;
  labs.delete(lab);
  if (labs.size === 0) spareHub.prepare();
}

function say(lab: number, body: Word): void {
  if (process.stdout.writable) process.stdout.write(frameMessage({ lab, body }));
}

/** A connection may break without a word. */
function listenOn(): void {
  clearTimeout(silence);
  silence = setTimeout(() => void end(), silenceMs);
}

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await Promise.allSettled([...labs.values()].map((lab) => lab.end()));
  process.exit();
}
