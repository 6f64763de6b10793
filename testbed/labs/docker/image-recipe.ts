/** What nodes have beside what is mounted into them: a small Debian with the tools of the network. */
import { createHash } from 'node:crypto';

export interface ImageRecipe {
  readonly suite: string;
  readonly packages: readonly string[];
}

export const nodeImage: ImageRecipe = {
  suite: 'bookworm',
  packages: [
    // Node's own.
    ...['libatomic1', 'libstdc++6'],
    ...['ca-certificates', 'curl', 'iperf3', 'iproute2', 'iputils-ping', 'nftables', 'procps'],
    'tcpdump',
  ],
};

/** A change of what either way does to an image makes another image of it. */
const edition = 1;

/** By its content: the same recipe is made once. */
export function imageNameOf(recipe: ImageRecipe): string {
  const text = JSON.stringify([edition, recipe.suite, recipe.packages]);
  return `ropewalk-node:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

export function baseImageOf({ suite }: ImageRecipe): string {
  return `debian:${suite}-slim`;
}

export function dockerfileOf(recipe: ImageRecipe): string {
  return `FROM ${baseImageOf(recipe)}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ${recipe.packages.join(' ')} \\
 && rm -rf /var/lib/apt/lists/*
`;
}
