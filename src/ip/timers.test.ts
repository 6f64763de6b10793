import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { never } from '../base/time.ts';
import { neighbourAt } from './neighbour-table.ts';
import type { Neighbour } from './state.ts';
import { addNode, createTestNet, ip } from './testing-wire.ts';
import { armTimer, disarmTimer, settleDeadline, takeDue } from './timers.ts';

const anyStep = fc.record({
  what: fc.constantFrom('arm', 'arm', 'disarm', 'wait'),
  which: fc.nat(9),
  ns: fc.nat(50),
});

test('timers come due in order, each once, and the deadline is always that of the next one', (t) => {
  const property = fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
    const { machine } = addNode(createTestNet(), 'node', { addresses: ['10.0.0.1/24'] });
    const iface = machine.interfaces[0]!;
    const subjects = Array.from({ length: 10 }, (_, index) =>
      neighbourAt(machine, iface, ip(`10.0.0.${index + 10}`)),
    );
    const expected = subjects.map(() => never);
    let nowNs = 0;
    for (const { what, which, ns } of steps) {
      if (what === 'arm') {
        expected[which] = nowNs + ns;
        armTimer(machine, subjects[which]!, nowNs + ns);
      } else if (what === 'disarm') {
        expected[which] = never;
        disarmTimer(machine, subjects[which]!);
      } else {
        nowNs += ns;
      }
      for (let due = takeDue(machine, nowNs); due !== undefined; due = takeDue(machine, nowNs)) {
        const index = subjects.indexOf(due as Neighbour);
        t.is(expected[index], Math.min(...expected));
        t.true(expected[index]! <= nowNs);
        expected[index] = never;
      }
      settleDeadline(machine);
      t.is(machine.deadlineNs, Math.min(...expected));
      t.true(machine.deadlineNs > nowNs);
    }
  });
  fc.assert(property, propertyRuns(300));
});
