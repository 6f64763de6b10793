/** What tests of applications on the library share: a cable with applications on it, an HTTP server, its content. */
import { createHash } from 'node:crypto';
import { TestCable } from '../../linux/testing-lab.ts';
import type { Hierarchies } from '../../sockets/transport-hierarchy.ts';
import {
  type Application,
  Applications,
  type StartOptions,
  serverPath,
} from './testing-applications.ts';

export const left = '192.0.2.1';
export const server = `http://${left}:8080`;
export const providers = ['af-xdp', 'packet-ring'] as const;

export function only(provider: 'af-xdp' | 'packet-ring' | 'kernel'): { hierarchies: Hierarchies } {
  return { hierarchies: { tcp: [provider], udp: [provider] } };
}

export async function withBench(action: (bench: Applications, cable: TestCable) => Promise<void>) {
  using cable = new TestCable();
  const bench = new Applications(cable);
  try {
    await action(bench, cable);
  } finally {
    await bench.end();
  }
}

export async function startServer(
  bench: Applications,
  options: StartOptions,
): Promise<Application> {
  const application = bench.start('left', [serverPath], options);
  await application.line('listening');
  return application;
}

export function textsOf(
  records: readonly Readonly<Record<string, unknown>>[],
  field: string,
): unknown[] {
  return records.map((record) => record[field]);
}

/** What `/bytes/N` of the server is to give. */
export function contentOf(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => ((index % 65_536) * 7) % 251));
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
