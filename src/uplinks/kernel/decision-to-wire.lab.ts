/**
 * How soon after the manager has decided a living application's packets leave by the new link: from its record of the
 * choice, across both processes, to the first datagram on the wire. A proof alone judges milliseconds.
 */
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { formatIp } from '../../base/address.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { bindSocket, openSocket } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import type { Question } from './door.ts';
import { farAddresses } from './testing-addresses.ts';
import { FirstFrame } from './testing-first-frame.ts';
import { ManagedTerminal } from './testing-managed.ts';
import { type LinkName, lte, type TestTerminal, wifi } from './testing-terminal.ts';

const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const switches = isProof ? 400 : 20;
const sinkPort = 11;

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)]!;
}

/** Nobody reads it: the far machine spends nothing on what it hears. */
function openSink({ far }: TestTerminal): number {
  return runInNamespace(far, () => {
    const fd = openSocket(addressFamily.ipv4, 'datagram');
    bindSocket(fd, { address: farAddresses[4], port: sinkPort });
    return fd;
  });
}

async function switchTo(managed: ManagedTerminal, link: typeof wifi | typeof lte) {
  const known = managed.records.length;
  using first = new FirstFrame(managed.terminal, link.name as LinkName);
  const question: Question = {
    ...{ ask: 'use', target: 'testing-flood.ts' },
    ...{ link: link.name, isExpected: false },
  };
  await managed.ask(question);
  const chosen = await managed.until(
    (said) => said.kind === 'links.chosen' && managed.records.indexOf(said) >= known,
  );
  let leftAtNs = first.leftAtNs(link.ipv4, sinkPort);
  while (leftAtNs === undefined) {
    first.wait();
    leftAtNs = first.leftAtNs(link.ipv4, sinkPort);
  }
  return (leftAtNs - Number(chosen['tNs'])) / 1e6;
}

test(`a decision is on the wire of the new link soon: ${switches} times, across both processes`, async (t) => {
  t.timeout(180_000);
  await using managed = new ManagedTerminal();
  const sink = openSink(managed.terminal);
  const script = join(import.meta.dirname, 'testing-flood.ts');
  const argv = [process.execPath, script, formatIp(farAddresses[4]), String(sinkPort)];
  const ready = new Promise((resolve) =>
    managed.terminal.spawn('near', argv).stdout!.once('data', resolve),
  );
  await ready;
  await managed.start();
  // Who looks on must not be in the way of who is looked at: there are few processors.
  setPriority(constants.priority.PRIORITY_LOW);
  const tookMs: number[] = [];
  for (let count = 0; count < switches; count++) {
    tookMs.push(await switchTo(managed, count % 2 === 0 ? lte : wifi));
  }
  closeDescriptor(sink);
  t.true(
    tookMs.every((ms) => ms > 0),
    'nothing leaves by a link before it was chosen',
  );
  const [middle, p90] = [quantile(tookMs, 0.5), quantile(tookMs, 0.9)];
  t.log(`decision to first packet: median ${middle.toFixed(2)} ms, p90 ${p90.toFixed(2)} ms`);
  if (isProof) t.true(middle <= 1, `${middle} ms`);
});
