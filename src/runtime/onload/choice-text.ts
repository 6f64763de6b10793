/** Whether a process spins, a socket's request and choice in words, as `--explain` says them. */
import { formatDuration } from '../../base/units.ts';
import type { Field } from '../../trace/record.ts';

type Fields = Readonly<Record<string, Field>>;

/** Undefined: the record is of something else. */
export function formatChoice(kind: string, fields: Fields): string | undefined {
  const { id } = fields;
  if (kind === 'onload.ready') return formatSpinning(fields);
  if (kind === 'onload.requested') {
    const { protocol, role, address, port } = fields;
    return `onload: socket ${id} asks for ${protocol}, to ${role} ${role === 'listen' ? 'at' : 'to'} ${address} port ${port}`;
  }
  if (kind !== 'onload.selected') return undefined;
  const { provider, level, why, passed, interface: name } = fields;
  const lines = [
    `onload: socket ${id} gets ${provider}${name === '' ? '' : ` on ${name}`}, level ${level}: ${why}`,
    ...(passed as readonly string[]).map((one) => `onload:   passed over ${one}`),
  ];
  return lines.join('\n');
}

function formatSpinning({ pollNs, why }: Fields): string {
  if (pollNs === 0) return `onload: does not spin: ${why}`;
  return `onload: spins for ${formatDuration(Number(pollNs))} after a packet: ${why}`;
}
