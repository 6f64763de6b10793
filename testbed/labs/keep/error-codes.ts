/** What is refused of labs that are kept up to work in. */
export const keptErrorCodes = {
  'capture-taken': 'A link is captured already; one capture of a lab goes on at a time.',
  'capture-to-terminal': 'A capture was asked for where it would land on a terminal.',
  'keep-one': '`run --keep` is of one sample of one case and variant.',
  'keeper-gone': 'The process that keeps a lab was killed; what is left is for `ropewalk gc`.',
  'lab-broken': 'The hub of a kept lab ended, and its links with it; the nodes still stand.',
  'lab-lacks': 'This machine, or the lab, lacks something that the topology asks for: exit 5.',
  'lab-not-kept': 'A lab of this kind does not stand by itself: exit 5.',
  'name-taken': '`up` was to give a lab the name of one that stands.',
  'needs-root': 'Labs on the kernel are made and entered by root: exit 5, with the sudo line.',
  'no-lab-up': 'There is no lab that stands.',
  'no-launcher': 'util-linux, which starts commands on nodes, is missing: exit 5.',
  'node-in-hub': 'A NAT box or switch of the hub is no machine that a command can run on.',
  'program-not-ready':
    'A program of the scenario failed, or was not ready in time, while `up` ran.',
  'unknown-change': '`change` does not know what is to become of the link or node.',
  'unknown-kept-lab': 'No lab of that name stands.',
  'which-lab': 'Several labs stand, and the command does not say which it means.',
} as const satisfies Readonly<Record<string, string>>;
