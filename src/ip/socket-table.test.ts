import test from 'ava';
import fc from 'fast-check';
import { anyIpv4, anyIpv6 } from '../base/address.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { addSocket, createSocketTable, removeSocket, socketsOf } from './socket-table.ts';
import type { DatagramSocketState } from './state.ts';

const acts = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'add', 'remove'),
    family: fc.constantFrom(4 as const, 6 as const),
    // Few, so that many share one; neighbours, and those that begin in one slot of a small table.
    port: fc.constantFrom(1, 2, 3, 5_353, 49_152, 49_153, 65_535),
    which: fc.nat(100),
  }),
  { maxLength: 80 },
);

test('sockets are found by family and port in the order of their binding, whichever were closed between', (t) => {
  fc.assert(
    fc.property(acts, (steps) => {
      const table = createSocketTable();
      const open: DatagramSocketState[] = [];
      for (const [token, { kind, family, port, which }] of steps.entries()) {
        if (kind === 'add') {
          const address = family === 4 ? anyIpv4 : anyIpv6;
          const socket = { token, family, address, port, interfaceIndex: undefined };
          addSocket(table, socket);
          open.push(socket);
        } else if (open.length > 0) {
          removeSocket(table, open.splice(which % open.length, 1)[0]!);
        }
      }
      t.is(table.count, open.length);
      t.is(table.only, open.length === 1 ? open[0] : undefined);
      for (const { family, port } of steps) {
        const expected = open.filter((one) => one.family === family && one.port === port);
        t.deepEqual(socketsOf(table, family, port), expected);
      }
      t.deepEqual(
        table.byToken.filter((one) => one !== undefined),
        open,
      );
    }),
    propertyRuns(300),
  );
});
