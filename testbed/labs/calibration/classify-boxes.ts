/** NAT boxes told from outside, as RFC 5780 does it, on the rig itself: each between two nodes of its own. */
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { Lab, LiveLab } from '../lab.ts';
import type { BoxSetting } from './box-setting.ts';
import { planBoxes } from './calibration-plan.ts';
import type { BoxSeen } from './judge-calibration.ts';

/** Silence is an answer here, and takes its time: all of it, and as much again. */
const limitNs = 8e9;

/** Undefined: the probe told nothing in time. */
export async function classifyBoxes(
  lab: Pick<Lab, 'up'>,
  boxes: readonly BoxSetting[],
): Promise<(BoxSeen | undefined)[]> {
  if (boxes.length === 0) return [];
  const plan = planBoxes(boxes);
  const seen = new Map<string, BoxSeen>();
  const ready = new Set<string>();
  let failed = false;
  let live: LiveLab | undefined;
  const onRecord = (record: TraceRecord): void => {
    if (record.kind === 'nat.classified') seen.set(record.node, toSeen(record));
    if (record.kind === 'program.ready') ready.add(String(record['id']));
    failed ||= record.kind === 'program.failed';
    live?.halt();
  };
  await using standing = await lab.up(plan, { onRecord, capture: undefined });
  live = standing;
  const servers = plan.programs.filter(({ opens }) => !opens);
  for (const program of servers) live.start(program);
  await driveUntil(live, () => failed || servers.every(({ id }) => ready.has(id)));
  for (const program of plan.programs) if (program.opens) live.start(program);
  await driveUntil(live, () => failed || seen.size === boxes.length);
  return boxes.map((_, at) => seen.get(`phone${at}`));
}

/** Each record halts the time that passes, so that what it changes is seen. */
async function driveUntil(live: LiveLab, isDone: () => boolean): Promise<void> {
  const untilNs = live.nowNs() + limitNs;
  const never = new AbortController().signal;
  while (!isDone()) {
    if ((await live.drive(untilNs, never)) !== 'halted') return;
  }
}

function toSeen(record: TraceRecord): BoxSeen {
  const textOf = (name: string): string | null => {
    const value = record[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    mapping: String(record['mapping']),
    filtering: String(record['filtering']),
    mappingAfterStray: textOf('mapping-after-stray'),
    filteringAfterStray: textOf('filtering-after-stray'),
  };
}
