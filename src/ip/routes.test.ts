import test from 'ava';
import fc from 'fast-check';
import { formatIp, type Ipv4 } from '../base/address.ts';
import { createFramePool } from '../base/frame.ts';
import { contains, maskIp } from '../base/prefix.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { seedRandom } from '../base/random.ts';
import { destinationOf } from './destinations.ts';
import { addInterface, removeInterface, setInterfaceUp } from './interfaces.ts';
import { createIpMachine } from './machine.ts';
import { addRoute, lookupRoute, type RouteOptions, removeRoute } from './routes.ts';
import type { IpMachine } from './state.ts';
import { addNode, createTestNet, ip, prefix, testMac } from './testing-wire.ts';

function machineWith(interfaces: number): IpMachine {
  const machine = createIpMachine({
    interfaces: [],
    forwards: true,
    pool: createFramePool(),
    random: seedRandom(1),
  });
  for (let index = 0; index < interfaces; index++) {
    const name = `if${index}`;
    addInterface(machine, { name, mac: testMac(1, index), mtuBytes: 1_500, addresses: [] });
  }
  return machine;
}

function route(text: string, interfaceIndex: number, gateway: string, metric = 0): RouteOptions {
  return { prefix: prefix(text), interfaceIndex, gateway: ip(gateway), metric };
}

/** The next hop that a packet to `to` would be given to. */
function nextHop(machine: IpMachine, to: string, only?: number): string | undefined {
  const iface = only === undefined ? undefined : machine.interfaces[only];
  const found = destinationOf(machine, ip(to), iface).neighbour?.address;
  return found === undefined ? undefined : formatIp(found);
}

test('the longest prefix wins, whatever the order and the metric', (t) => {
  const machine = machineWith(1);
  addRoute(machine, route('10.1.2.0/24', 0, '192.0.2.24', 9));
  addRoute(machine, route('0.0.0.0/0', 0, '192.0.2.1'));
  addRoute(machine, route('10.1.0.0/16', 0, '192.0.2.16'));
  addRoute(machine, route('10.1.2.3/32', 0, '192.0.2.32', 5));
  addRoute(machine, route('2001:db8::/32', 0, 'fe80::32'));
  addRoute(machine, route('2001:db8:0:1::/64', 0, 'fe80::64'));
  t.is(nextHop(machine, '10.1.2.3'), '192.0.2.32');
  t.is(nextHop(machine, '10.1.2.4'), '192.0.2.24');
  t.is(nextHop(machine, '10.1.3.4'), '192.0.2.16');
  t.is(nextHop(machine, '8.8.8.8'), '192.0.2.1');
  t.is(nextHop(machine, '2001:db8:0:1::5'), 'fe80::64');
  t.is(nextHop(machine, '2001:db8:0:2::5'), 'fe80::32');
  t.is(nextHop(machine, '2001:db9::5'), undefined);
});

test('of two routes to one network the lower metric wins, and the other stands in', (t) => {
  const machine = machineWith(2);
  addRoute(machine, route('0.0.0.0/0', 1, '192.0.2.2', 20));
  addRoute(machine, route('0.0.0.0/0', 0, '192.0.2.1', 10));
  t.is(nextHop(machine, '8.8.8.8'), '192.0.2.1');
  const { sink } = addNode(createTestNet(), 'ear', { addresses: [] });
  setInterfaceUp(machine, 0, 0, false, sink);
  t.is(nextHop(machine, '8.8.8.8'), '192.0.2.2');
  setInterfaceUp(machine, 0, 0, true, sink);
  t.is(nextHop(machine, '8.8.8.8'), '192.0.2.1');
  removeRoute(machine, route('0.0.0.0/0', 0, '192.0.2.1'));
  t.is(nextHop(machine, '8.8.8.8'), '192.0.2.2');
  removeInterface(machine, 1);
  t.is(nextHop(machine, '8.8.8.8'), undefined);
});

test('who must leave by one interface gets its route, even a shorter one', (t) => {
  const machine = machineWith(3);
  addRoute(machine, route('10.0.0.0/8', 0, '192.0.2.8'));
  addRoute(machine, route('0.0.0.0/0', 1, '192.0.2.1'));
  t.is(nextHop(machine, '10.1.1.1'), '192.0.2.8');
  t.is(nextHop(machine, '10.1.1.1', 1), '192.0.2.1');
  t.is(nextHop(machine, '10.1.1.1', 2), undefined);
});

test('a route that changes is seen by packets that have gone the old way', (t) => {
  const machine = machineWith(1);
  addRoute(machine, route('0.0.0.0/0', 0, '192.0.2.1'));
  t.is(nextHop(machine, '10.1.2.3'), '192.0.2.1');
  addRoute(machine, route('10.0.0.0/8', 0, '192.0.2.8'));
  t.is(nextHop(machine, '10.1.2.3'), '192.0.2.8');
});

test('an index is never given twice', (t) => {
  const machine = machineWith(2);
  removeInterface(machine, 1);
  const options = { name: 'new', mac: undefined, mtuBytes: 1_400, addresses: [] };
  t.is(addInterface(machine, options), 2);
});

test('naming an interface that does not exist is an error that lists those that do', (t) => {
  const error = t.throws(() => removeInterface(machineWith(1), 7))!;
  t.is(error.message, 'this machine has no interface 7');
  t.is((error as Error & { hint: string }).hint, 'its interfaces are 0 (if0)');
});

test('looking up gives what comparing with every route would give', (t) => {
  const bits = fc.integer({ min: 0, max: 0xffff_ffff });
  const routes = fc.array(fc.record({ bits, length: fc.integer({ min: 0, max: 32 }) }), {
    maxLength: 40,
  });
  const property = fc.property(routes, fc.array(bits, { minLength: 1 }), (given, asked) => {
    const machine = machineWith(1);
    const prefixes = given.map(({ bits, length }) => ({
      address: maskIp(bits as Ipv4, length),
      length,
    }));
    for (const each of prefixes) addRoute(machine, { prefix: each, interfaceIndex: 0, metric: 0 });
    for (const address of [...asked, ...given.map(({ bits }) => bits)]) {
      const fitting = prefixes.filter((each) => contains(each, address as Ipv4));
      const longest = Math.max(-1, ...fitting.map(({ length }) => length));
      t.is(lookupRoute(machine, address as Ipv4, undefined)?.prefix.length ?? -1, longest);
    }
  });
  fc.assert(property, propertyRuns(100));
});

test('the destination cache answers as the routes do, with many addresses that collide in it', (t) => {
  const machine = machineWith(1);
  for (let net = 0; net < 200; net++) {
    addRoute(machine, route(`10.${net}.0.0/16`, 0, `192.0.2.${net}`));
  }
  for (let pass = 0; pass < 2; pass++) {
    for (let count = 0; count < 5_000; count++) {
      const net = count % 250;
      const expected = net < 200 ? `192.0.2.${net}` : undefined;
      t.is(nextHop(machine, `10.${net}.${count & 255}.${count >>> 8}`), expected);
    }
  }
});
