/** Which links a flow of an application's takes, by the ports that it names: all at once, doubled, or one. */
import type { MultipathChoices } from '../host/stream.ts';

/** Flows of no such port are striped: each byte goes by the link that delivers it first. */
export interface FlowPolicies {
  /** Every byte goes by two links. */
  readonly duplicate: readonly number[];
  /** By the name of the link that carries it alone. */
  readonly pin: Readonly<Record<string, readonly number[]>>;
}

export type FlowPolicy =
  | { readonly kind: 'stripe' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'pin'; readonly link: string };

const stripe: FlowPolicy = { kind: 'stripe' };

export function policyFor(policies: FlowPolicies, ports: readonly number[]): FlowPolicy {
  const names = (listed: readonly number[]): boolean => ports.some((port) => listed.includes(port));
  for (const [link, listed] of Object.entries(policies.pin)) {
    if (names(listed)) return { kind: 'pin', link };
  }
  return names(policies.duplicate) ? { kind: 'duplicate' } : stripe;
}

/** Each that any flow may have, once. */
export function policiesOf({ duplicate, pin }: FlowPolicies): readonly FlowPolicy[] {
  const pins = Object.keys(pin).map((link): FlowPolicy => ({ kind: 'pin', link }));
  return [stripe, ...(duplicate.length > 0 ? [{ kind: 'duplicate' } as const] : []), ...pins];
}

export function policyName(policy: FlowPolicy): string {
  return policy.kind === 'pin' ? `pin ${policy.link}` : policy.kind;
}

/** `links`: those that there are, the preferred first. */
export function multipathFor(policy: FlowPolicy, links: readonly string[]): MultipathChoices {
  switch (policy.kind) {
    case 'stripe':
      return { interfaces: links };
    case 'duplicate':
      return { interfaces: links, scheduler: 'redundant' };
    case 'pin':
      return { interfaces: links.filter((link) => link === policy.link) };
  }
}
