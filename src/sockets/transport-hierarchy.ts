/**
 * Which transport a socket gets: for each protocol a hierarchy, the user-level ones above the operating
 * system's. The first that can be had is taken, and those above it say why they can't.
 */
import { InputError } from '../base/errors.ts';

export const providers = ['af-xdp', 'packet-ring', 'kernel'] as const;
export type Provider = (typeof providers)[number];
export type UserLevelProvider = Exclude<Provider, 'kernel'>;
export type TransportProtocol = 'tcp' | 'udp';
export type Hierarchy = readonly Provider[];
export type Hierarchies = Readonly<Record<TransportProtocol, Hierarchy>>;

export const defaultHierarchies: Hierarchies = {
  tcp: ['af-xdp', 'packet-ring', 'kernel'],
  udp: ['af-xdp', 'packet-ring', 'kernel'],
};

export interface PassedOver {
  readonly provider: UserLevelProvider;
  readonly why: string;
}

export interface Selection {
  readonly provider: Provider;
  /** 0: the first of the hierarchy. */
  readonly level: number;
  readonly why: string;
  readonly passedOver: readonly PassedOver[];
}

/** Undefined: it can be had. */
export type WhyNot = (provider: UserLevelProvider) => string | undefined;

/** The kernel stands at the end of every hierarchy, whether it is listed or not. */
export function selectTransport(hierarchy: Hierarchy, whyNot: WhyNot): Selection {
  const passedOver: PassedOver[] = [];
  for (const provider of hierarchy) {
    if (provider === 'kernel') break;
    const why = whyNot(provider);
    if (why === undefined) {
      const level = passedOver.length;
      return { provider, level, why: level === 0 ? 'first choice' : 'next choice', passedOver };
    }
    passedOver.push({ provider, why });
  }
  const level = passedOver.length;
  const why = level === 0 ? 'first choice' : 'nothing above it can be had';
  return { provider: 'kernel', level, why, passedOver };
}

/** Straight to the kernel, for a reason that holds for all above it. */
export function leaveToKernel(hierarchy: Hierarchy, why: string): Selection {
  return selectTransport(hierarchy, () => why);
}

/** `af-xdp,kernel`, as a user writes it. */
export function parseHierarchy(text: string): Hierarchy {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !providers.includes(name as Provider));
  if (wrong === undefined) return names as Provider[];
  throw new InputError({
    code: 'unknown-transport',
    message: `there is no transport ${wrong}`,
    hint: `there are ${providers.join(', ')}: --tcp packet-ring,kernel`,
  });
}
