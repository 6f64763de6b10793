/** What a record says, in words that fit beside a line. */
import type { TraceRecord } from '../../src/trace/record.ts';

type Tell = (record: TraceRecord) => string;

/** Of these a reader wants to know when; of packets and counters there are too many. */
const happenings: Readonly<Record<string, Tell>> = {
  'ip.interface': (record) => `${record['interface']} ${record['up'] === true ? 'up' : 'down'}`,
  'nat.rebooted': () => 'NAT box rebooted',
  'nat.exhausted': () => 'no port is left for a mapping',
  'path.suspected': (record) => `path to ${record['peer']} suspected`,
  'path.dead': (record) => `path to ${record['peer']} dead`,
  'path.replaced': (record) => `path to ${record['peer']} replaced`,
  'punch.established': (record) => `direct path to ${record['peer']}`,
  'relay.in-use': (record) => `relay in use to ${record['peer']}`,
  'path.error': (record) => `${record['flow']}: ${record['error']}`,
  'program.failed': (record) => `${record['id']} failed: ${record['reason']}`,
  'program.exited': (record) => `${record['id']} exited with ${record['code'] ?? record['signal']}`,
  'clock.skewed': () => 'clock set apart',
  'request.timed-out': (record) => `${record['flow']} ${record['n']} timed out`,
};

/** Beside packets there is room for more. */
const details: Readonly<Record<string, Tell>> = {
  ...happenings,
  'event.began': (record) => `${record['event']} begins`,
  'event.ended': (record) => `${record['event']} ends`,
  'tcp.timeout': (record) => `${record['timer']} timer of ${record['state']}`,
  'tcp.recovery': (record) => `${record['phase']}, window ${record['cwndBytes']} B`,
  'tcp.state': (record) => `${record['before']} to ${record['state']}`,
};

/** Undefined: it is none of those that happen seldom. */
export function tellHappening(record: TraceRecord): string | undefined {
  return Object.hasOwn(happenings, record.kind) ? happenings[record.kind]!(record) : undefined;
}

const longestText = 80;

/** `nat.mapped protocol udp, internal 192.168.0.1:53819, …` where there are no better words. */
export function tellDetail(record: TraceRecord): string {
  if (Object.hasOwn(details, record.kind)) return details[record.kind]!(record);
  const { tNs: _, node: __, kind, ...fields } = record;
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== null && !Array.isArray(value))
    .map(([name, value]) => `${name} ${value}`);
  const text = `${kind} ${parts.join(', ')}`;
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}
