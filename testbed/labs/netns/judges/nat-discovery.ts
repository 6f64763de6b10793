/**
 * What `turnutils_natdiscovery -m -f` (coturn) says of a NAT box, in the words of the topology.
 *
 * It asks A1:P1, A2:P1 and, where those saw different ports, A2:P2 (RFC 5780 4.3); then it lets A2:P2 and,
 * after 3 s of silence, A1:P2 answer (4.4). It never sends anything twice: what is lost is silence.
 */
import type { NatBehaviour, NatSettings } from '../../../schema/nat-settings.ts';

export interface NatOpinion {
  /** Undefined: it came to no conclusion. */
  readonly mapping: NatBehaviour | undefined;
  readonly filtering: NatBehaviour | undefined;
}

/** Of src/apps/natdiscovery/natdiscovery.c: "NAT with Address Dependent Mapping!" */
const verdict = /^NAT with (Endpoint Independent|Address Dependent|Address and Port Dependent) /;
const behaviours: ReadonlyMap<string, NatBehaviour> = new Map([
  ['Endpoint Independent', 'endpoint-independent'],
  ['Address Dependent', 'address-dependent'],
  ['Address and Port Dependent', 'address-and-port-dependent'],
]);

export function readNatDiscovery(text: string): NatOpinion {
  const lines = text.split('\n');
  return {
    mapping: verdictIn(lines.filter((line) => line.endsWith(' Mapping!'))),
    filtering: verdictIn(lines.filter((line) => line.endsWith(' Filtering!'))),
  };
}

function verdictIn([line, ...more]: readonly string[]): NatBehaviour | undefined {
  if (line === undefined || more.length > 0) return undefined;
  return behaviours.get(verdict.exec(line)?.[1] ?? '');
}

export interface DrawnBox extends Pick<NatSettings, 'mapping' | 'filtering'> {
  readonly name: string;
}

/** Each box that is not what the topology says, as a sentence; empty: they agree on all of them. */
export function disagreements(
  drawn: readonly DrawnBox[],
  told: ReadonlyMap<string, NatOpinion>,
): string[] {
  return drawn.flatMap(({ name, ...box }) =>
    (['mapping', 'filtering'] as const)
      .filter((what) => told.get(name)?.[what] !== box[what])
      .map((what) => `${name}: ${what} is drawn ${box[what]}, told ${told.get(name)?.[what]}`),
  );
}
