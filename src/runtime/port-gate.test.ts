import test from 'ava';
import { parseIp } from '../base/address.ts';
import type { FilterInstruction } from '../linux/socket.ts';
import { claimFilter, mostLeases } from './lease-filter.ts';
import { FilterGate } from './port-gate.ts';

const own = [parseIp('192.0.2.1')!];
const claim = { protocol: 'tcp', port: 7_000, family: 4 } as const;

function createGate() {
  const filters: (readonly FilterInstruction[])[] = [];
  const refilter = (filter: readonly FilterInstruction[]) => void filters.push(filter);
  return { gate: new FilterGate({ claimed: 'pass', refilter }), filters };
}

test('without programs, each claim and its end make a filter anew', (t) => {
  const { gate, filters } = createGate();
  gate.setOwn(own);
  gate.claim(claim);
  gate.unclaim(claim);
  t.deepEqual(filters, [
    claimFilter({ claims: [], own, claimed: 'pass' }),
    claimFilter({ claims: [claim], own, claimed: 'pass' }),
    claimFilter({ claims: [], own, claimed: 'pass' }),
  ]);
});

test('without programs, one claim more than a filter holds is refused, and says what would help', (t) => {
  const { gate } = createGate();
  for (let port = 1; port <= mostLeases; port++) gate.claim({ ...claim, port });
  const refused = t.throws(() => gate.claim(claim), { code: 'too-many-leases' });
  t.regex((refused as Error & { hint: string }).hint, /CAP_BPF/);
});
