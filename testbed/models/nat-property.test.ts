import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { type NatBehaviour, natBehaviours } from '../schema/nat-settings.ts';
import { emptyShortcuts } from './nat-shortcut.ts';
import { createBox, dropReasons, passInward, passOutward, udpOut, wan } from './nat-test-box.ts';
import { makeTcp, makeUdp } from './nat-test-packets.ts';

const behaviour = fc.constantFrom(...natBehaviours);
const settings = fc.record({
  mapping: behaviour,
  filtering: behaviour,
  ports: fc.constantFrom('preserve', 'sequential', 'random'),
  overload: fc.boolean(),
  hairpin: fc.boolean(),
  openInput: fc.boolean(),
  refreshInbound: fc.boolean(),
  portRange: fc.constantFrom({ first: 5_000, last: 5_003 }, { first: 1_024, last: 65_535 }),
  timers: fc.constant({ udpNs: 50, tcpTransitoryNs: 50, tcpEstablishedNs: 200, icmpNs: 50 }),
});

const inner = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 5_000, max: 5_002 }))
  .map(([host, port]) => `192.168.1.${host}:${port}`);
const remote = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 80, max: 82 }))
  .map(([host, port]) => `192.0.2.${host}:${port}`);
const external = fc.integer({ min: 5_000, max: 5_003 }).map((port) => `${wan}:${port}`);

interface Step {
  readonly outward: boolean;
  readonly from: string;
  readonly to: string;
  readonly tcp: boolean;
  readonly flags: number;
  readonly waitNs: number;
}

const common = {
  tcp: fc.boolean(),
  flags: fc.constantFrom(2, 16, 17, 4, 18),
  waitNs: fc.integer({ min: 0, max: 30 }),
};
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ outward: fc.constant(true), from: inner, to: fc.oneof(remote, external), ...common }),
  fc.record({ outward: fc.constant(false), from: remote, to: external, ...common }),
);
const traffic = fc.array(step, { minLength: 1, maxLength: 60 });

function play(
  box: ReturnType<typeof createBox>,
  nowNs: number,
  { tcp, from, to, flags, outward }: Step,
) {
  const packet = tcp ? makeTcp(from, to, flags) : makeUdp(from, to);
  return outward ? passOutward(box, nowNs, packet) : passInward(box, nowNs, packet);
}

/** `see` throws at a wrong checksum, so that this says they are right after every translation. */
test('whatever comes, what passes has checksums that verify, and nothing throws', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(settings, traffic, (chosen, steps) => {
        const box = createBox(chosen);
        let nowNs = 0;
        for (const each of steps) {
          nowNs += each.waitNs;
          play(box, nowNs, each);
        }
      }),
      propertyRuns(300),
    ),
  );
});

test('no box gives one external port to two flows at a time unless overloading is asked for', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(settings, traffic, (chosen, steps) => {
        const box = createBox({ ...chosen, overload: false });
        let nowNs = 0;
        for (const each of steps) {
          nowNs += each.waitNs;
          play(box, nowNs, each);
          for (const { mappings } of box.nat.state.table.externals.values()) {
            const owners = mappings.filter(({ expiresNs }) => expiresNs > nowNs);
            if (owners.length > 1) throw new Error(`${owners.length} own a port at ${nowNs}`);
          }
        }
      }),
      propertyRuns(300, 2),
    ),
  );
});

test('the property above can fail: with overloading two flows do share a port', (t) => {
  const box = createBox({ overload: true });
  udpOut(box, 0, '192.168.1.2:5000', '192.0.2.1:80');
  udpOut(box, 0, '192.168.1.3:5000', '192.0.2.2:80');
  const [port] = box.nat.state.table.externals.values();
  t.is(port!.mappings.length, 2);
});

/** What the filter knows, kept apart from the box: whom each external endpoint was used to speak to. */
function oracle(filtering: NatBehaviour, from: string, to: string): string {
  const [peer] = from.split(':');
  const kept = {
    'endpoint-independent': '',
    'address-dependent': peer!,
    'address-and-port-dependent': from,
  };
  return `${to} ${kept[filtering]}`;
}

test('nothing comes in over UDP that the filter forbids', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(settings, traffic, (chosen, steps) => {
        const box = createBox({
          ...chosen,
          openInput: false,
          hairpin: false,
          refreshInbound: false,
        });
        const spokenNs = new Map<string, number>();
        let nowNs = 0;
        for (const each of steps) {
          if (each.tcp || (each.outward && each.to.startsWith(wan))) continue;
          nowNs += each.waitNs;
          const seen = play(box, nowNs, each);
          if (seen === undefined) continue;
          if (each.outward) {
            spokenNs.set(oracle(chosen.filtering, each.to, seen.from), nowNs);
            continue;
          }
          const lastNs = spokenNs.get(oracle(chosen.filtering, each.from, each.to));
          if (lastNs === undefined || nowNs >= lastNs + 50) throw new Error('let a stranger in');
        }
      }),
      propertyRuns(500, 3),
    ),
  );
});

test('and what it allows does come in', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(behaviour, inner, remote, (filtering, host, peer) => {
        const box = createBox({ filtering });
        const mapped = udpOut(box, 0, host, peer)!;
        const seen = passInward(box, 1, makeUdp(peer, mapped));
        return seen?.to === host && dropReasons(box).length === 0;
      }),
      propertyRuns(100, 4),
    ),
  );
});

test('arbitrary bytes are dropped or passed, and never an exception', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, fromInside) => {
        const { nat } = createBox({ hairpin: true, openInput: true });
        for (const version of [0x45, 0x60, undefined]) {
          if (version !== undefined && bytes.length > 0) bytes[0] = version;
          nat.beforeRouting(0, bytes, 0, bytes.length, fromInside ? 0 : 1);
          nat.afterRouting(0, bytes, 0, bytes.length, fromInside ? 0 : 1, fromInside ? 1 : 0);
        }
      }),
      propertyRuns(500, 5),
    ),
  );
});

test('a box that may not remember its last sessions does the same', (t) => {
  fc.assert(
    fc.property(settings, traffic, (overrides, steps) => {
      const [box, forgetful] = [createBox(overrides), createBox(overrides)];
      let nowNs = 0;
      for (const one of steps) {
        nowNs += one.waitNs;
        emptyShortcuts(forgetful.nat.state.table.shortcuts);
        t.deepEqual(play(box, nowNs, one), play(forgetful, nowNs, one));
      }
      t.deepEqual(box.records, forgetful.records);
    }),
    propertyRuns(1_000),
  );
});
