/** A topology file as it is written: nodes, links, and what they have in common. */
import { z } from 'zod';
import {
  complain,
  fields,
  named,
  positiveDuration,
  reference,
  size,
  whole,
  wrongType,
} from './fields.ts';
import { link, linkDefaults } from './link-fields.ts';
import { accessModes, nodeKinds } from './model.ts';
import { type NatPresetName, natPresets } from './nat-presets.ts';
import { natBehaviours, portMappingProtocols } from './nat-settings.ts';
import { quote } from './quote.ts';

const natPresetNames = Object.keys(natPresets) as NatPresetName[];

const portRange = z
  .unknown()
  .transform((raw, context) => {
    if (typeof raw !== 'string')
      return wrongType(raw, 'range of ports such as 1024-65535', context);
    const [first, last] = raw.split('-').map((end) => (/^\s*\d+\s*$/.test(end) ? Number(end) : 0));
    if (
      first !== undefined &&
      last !== undefined &&
      first >= 1 &&
      first <= last &&
      last <= 65_535
    ) {
      return { first, last };
    }
    const hint = 'write the first and the last one: 1024-65535';
    return complain(context, `${quote(raw)} is not a range of ports`, {
      code: 'impossible-value',
      hint,
    });
  })
  .meta({ type: 'string', pattern: String.raw`^\d+-\d+$` });

const natTimers = fields({
  udp: positiveDuration().optional().describe('a UDP mapping without traffic'),
  'tcp-transitory': positiveDuration().optional().describe('a TCP connection that opens or closes'),
  'tcp-established': positiveDuration().optional().describe('a TCP connection that stands'),
  icmp: positiveDuration().optional().describe('an ICMP query'),
});

const natBox = fields({
  preset: z.enum(natPresetNames).optional().describe('what the fields below change'),
  mapping: z
    .enum(natBehaviours)
    .optional()
    .describe('RFC 4787 4.1: which destinations share an external port'),
  filtering: z.enum(natBehaviours).optional().describe('RFC 4787 5: who may send inwards'),
  ports: z
    .enum(['preserve', 'sequential', 'random'])
    .optional()
    .describe('how the external port is chosen'),
  overload: z
    .boolean()
    .optional()
    .describe('whether two inner endpoints may share an external port to different destinations'),
  hairpin: z
    .boolean()
    .optional()
    .describe('whether inner nodes reach each other by outer addresses'),
  'open-input': z
    .boolean()
    .optional()
    .describe('a Linux box that accepts strangers: a stray packet takes the port'),
  'ports-range': portRange.optional().describe('external ports, such as 1024-65535'),
  'ports-block': whole(1, 64_512)
    .optional()
    .describe(
      'RFC 6888: so many ports in a row for each inner address; all share all if not given',
    ),
  'port-mapping': z
    .enum(portMappingProtocols)
    .optional()
    .describe('what inner nodes may ask it for ports with; a pcp box speaks nat-pmp too'),
  timers: natTimers.optional().describe('how long an idle mapping lives'),
  'refresh-inbound': z
    .boolean()
    .optional()
    .describe('whether an inbound packet restarts the timer'),
  ipv6: z
    .enum(['open', 'firewalled'])
    .optional()
    .describe('IPv6 is forwarded, or inside speaks first'),
});

const stack = z.enum(['kernel', 'own']);

const everyNode = {
  stack: stack.optional().describe('whose network stack has the addresses; kernel if not given'),
  cpus: z
    .number()
    .positive()
    .max(1_024)
    .optional()
    .describe('processors that the node may use, such as 0.5; the docker lab holds it to that'),
  memory: size()
    .optional()
    .describe('memory that the node may use; the docker lab holds it to that'),
};

const account = fields({
  password: z.string().min(1).describe('what it proves itself with by 802.1X'),
  groups: z.array(z.string()).describe('the groups that it may have, such as 239.1.1.1 or ff15::1'),
});

const node = fields({
  kind: z.enum(nodeKinds).describe('what the node is'),
  ...everyNode,
  nat: z
    .union([z.enum(natPresetNames), natBox])
    .optional()
    .describe('of kind nat: a preset, or how it maps and filters'),
  inside: z.array(reference()).optional().describe('of kind nat: the links on its inner side'),
  ports: z
    .record(reference(), z.enum(accessModes))
    .optional()
    .describe(
      'of kind access-switch: the links to subscribers, and whether one account has the port or each MAC its own',
    ),
  accounts: named(account)
    .optional()
    .describe('of kind access-switch: who may have which groups, as its RADIUS server knows them'),
  interface: z
    .string()
    .regex(/^[^\s/:]{1,15}$/)
    .optional()
    .describe(
      'of kind hardware: the network card of this machine, or the TAP of a virtual one, behind which it is',
    ),
  count: whole(1, 100_000).optional().describe('makes so many alike: phone[1], phone[2], …'),
  addresses: whole(1, 64)
    .optional()
    .describe('addresses of each family on each interface; 1 if not given'),
  address: z
    .record(reference(), z.union([z.string(), z.array(z.string())]))
    .optional()
    .describe('by link: addresses with prefix lengths, such as 192.0.2.1/24'),
  'default-route': reference().optional().describe('the link of its default route'),
});

export const defaults = fields({
  links: linkDefaults.optional().describe('what every link has unless it says otherwise'),
  nodes: fields(everyNode).optional().describe('what every node has unless it says otherwise'),
});

export const topologyShape = {
  defaults: defaults.optional().describe('what links and nodes have in common'),
  nodes: named(node).describe('the nodes, by name'),
  links: named(link).optional().describe('the links, by name'),
};

export const topologySchema = fields(topologyShape).describe(
  'A Ropewalk topology: where things are.',
);

export type RawTopology = z.infer<typeof topologySchema>;
export type RawNode = z.infer<typeof node>;
