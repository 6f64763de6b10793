/** A scenario file as it is written: what happens, what is measured, what is expected. */
import { z } from 'zod';
import { units } from '../../src/base/unit-table.ts';
import {
  anyDuration,
  date,
  duration,
  fields,
  named,
  ownName,
  positiveDuration,
  quantity,
  rate,
  ratio,
  reference,
  size,
  whole,
} from './fields.ts';
import { change } from './link-fields.ts';
import { directions, measureKinds, picks, quantifiers, severities } from './model.ts';
import { program, watch } from './program-fields.ts';
import { topologySchema, topologyShape } from './topology.ts';

const traffic = fields({
  run: z.enum(['stream', 'request-response', 'poisson', 'on-off']).describe('the generator'),
  from: reference().describe('the node that sends, or asks'),
  to: reference().describe('the node that receives, or answers'),
  'opened-by': reference()
    .optional()
    .describe('who sends the first packet, which opens a NAT box; the node of `from` if not given'),
  address: z
    .string()
    .optional()
    .describe(
      'where the opener finds the other, if a program of this scenario leads there: the address of its virtual interface',
    ),
  via: reference().optional().describe('the link by which the opener leaves, where it has several'),
  transport: z
    .enum(['udp', 'tcp', 'own', 'kernel', 'mptcp', 'kernel-mptcp'])
    .optional()
    .describe(
      'what carries it: udp if not given; TCP of the stack that each end has, or only ours, or only the kernel’s; mptcp: over all links, of the stack that each end has; kernel-mptcp: only the kernel’s',
    ),
  scheduler: z
    .enum(['lowest-rtt', 'earliest-delivery', 'redundant'])
    .optional()
    .describe('of mptcp: which link gets what; earliest-delivery if not given'),
  congestion: z
    .enum(['new-reno', 'cubic', 'rate-based'])
    .optional()
    .describe('how TCP finds its rate; cubic if not given; rate-based is BBR on a kernel'),
  ip: z.enum(['v4', 'v6']).optional().describe('IP version; v4 if not given'),
  bytes: size().optional().describe('how much payload is sent in all'),
  count: whole(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('how many packets or requests in all'),
  rate: rate().optional().describe('payload bits a second'),
  payload: size()
    .optional()
    .describe('of one packet or request: 64 B to 65507 B; 1200 B if not given'),
  start: duration().optional().describe('after all traffic is ready; 0 s if not given'),
  for: positiveDuration().optional().describe('how long it goes on'),
  interval: duration()
    .optional()
    .describe('of request-response: from an answer to the next request; 0 s if not given'),
  timeout: positiveDuration()
    .optional()
    .describe('of request-response: when a request is given up; 1 s if not given'),
  on: positiveDuration().optional().describe('of on-off: how long a burst lasts; 1 s if not given'),
  off: positiveDuration()
    .optional()
    .describe('of on-off: how long the silence lasts; 1 s if not given'),
  background: z
    .boolean()
    .optional()
    .describe('the run does not wait for it to end; false if not given'),
});

const event = fields({
  at: duration().optional().describe('counted from the moment all traffic is ready'),
  within: positiveDuration()
    .optional()
    .describe(
      'with at: each sample draws its moment, evenly from `at` to so long after it: what the moment decides is seen as a spread',
    ),
  after: z.string().optional().describe('a condition instead of a time: download.bytes >= 8 MiB'),
  link: reference().optional().describe('the link that changes'),
  set: change
    .optional()
    .describe(
      'the fields of the link that change, in both directions without toward; loss: 100 % loses frames and nothing else',
    ),
  toward: reference().optional().describe('with set: only the direction that leads to this node'),
  node: reference().optional().describe('the node that something happens to'),
  do: z
    .enum(['down', 'up', 'crash', 'restart', 'reboot', 'skew'])
    .optional()
    .describe(
      'a link goes down or up; a node crashes, or restarts with all its programs; a NAT box reboots; a clock is skewed. A link that goes down loses what is in flight and what waits, and neighbours are asked for again afterwards: the pause is longer than the outage by about three one-way delays',
    ),
  drift: quantity('ratio', {
    least: -0.1,
    most: 0.1,
    problem: 'is more than a clock drifts',
    hint: 'write at most 10 %: 50 ppm',
  })
    .optional()
    .describe('of skew: how much faster the clock runs, such as 50 ppm'),
  offset: anyDuration().optional().describe('of skew: how far the clock jumps'),
  for: positiveDuration().optional().describe('afterwards exactly what stood before is restored'),
  every: positiveDuration().optional().describe('again and again, from one beginning to the next'),
  times: whole(1, 1_000_000).optional().describe('with every: how often; without end if not given'),
});

const measure = fields({
  what: z.enum(measureKinds).describe('what is measured'),
  of: reference().describe('the traffic, the watched flow or the program'),
  around: reference()
    .optional()
    .describe(
      'of delivery-gap: the event that it is looked for around; of time-to-rate: from when',
    ),
  rate: rate().optional().describe('of time-to-rate: the payload that is to be delivered again'),
  window: z
    .tuple([duration(), duration()])
    .optional()
    .describe('from and to, counted from the opening of the traffic'),
  pick: z
    .enum(picks)
    .optional()
    .describe('which of many values is the sample; median if not given'),
  kind: z.string().optional().describe('of count: the records to count'),
  where: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('of count: only records whose fields have these values'),
  field: z
    .string()
    .optional()
    .describe(
      'of reported: a path into iperf3-json such as end.sum_received.bits_per_second, or a named group of the regex; the first group if not given',
    ),
  unit: z
    .enum([...units.keys()])
    .optional()
    .describe('of reported: what the number is in; a plain number if not given'),
});

const mostSamples = 100_000;

const looks = fields({
  first: whole(1, mostSamples).describe('samples of each case at the first look'),
  most: whole(1, mostSamples).describe('samples at the second look, if the first decides nothing'),
});

const knownFailing = fields({
  issue: z.string().describe('why it fails, or where that is written: a text or an address'),
  until: date().describe('the last day on which it may fail: 2027-01-01'),
});

const expectation = fields({
  that: z
    .string()
    .describe('what must hold: gap <= 2 * rtt(wifi) + 50 ms; or a value, with against: gap'),
  at: z
    .enum(quantifiers)
    .optional()
    .describe(
      'which statistic; median for times and rates, if there are samples enough; every for all else',
    ),
  because: z.string().optional().describe('why, for the report'),
  kind: z
    .enum(['bound', 'ceiling'])
    .optional()
    .describe('bound: broken means fail; ceiling: more is impossible, so broken means invalid'),
  severity: z
    .enum(severities)
    .optional()
    .describe('fail; or warn: a broken one is shown and does not count; fail if not given'),
  'known-failing': knownFailing
    .optional()
    .describe('it fails, and that is known: shown, and not counted until the day given'),
  against: z
    .enum(['baseline'])
    .optional()
    .describe('the value is held against the committed reference'),
  margin: ratio()
    .optional()
    .describe('how much worse than the other still counts as the same; 5 % if not given'),
  better: z
    .enum(directions)
    .optional()
    .describe('with against: which way the value is better, where the measure does not say it'),
});

/** Values by path: `links.lte.delay: 60 ms`. What they may be is known where they are put. */
const settingsByPath = z.record(z.string(), z.unknown());

const matrix = z
  .object({
    include: z.array(settingsByPath).optional().describe('further cases'),
    exclude: z.array(settingsByPath).optional().describe('cases of the product to leave out'),
  })
  .catchall(z.array(z.unknown()));

const scenarioShape = {
  scenario: ownName().describe('the name of the scenario, which its results bear'),
  about: z.string().optional().describe('one sentence: what it shows'),
  seed: whole(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('of everything that is drawn; 1 if not given'),
  repeat: z
    .union([whole(1, mostSamples), looks])
    .optional()
    .describe(
      'samples of each case; twice as many and one if these do not decide; 7, then 15, if not given',
    ),
  limit: positiveDuration().optional().describe('a run that takes longer fails; 60 s if not given'),
  programs: named(program).optional().describe('what runs on the nodes, by name'),
  traffic: named(traffic).optional().describe('who sends what to whom, by name'),
  watch: named(watch)
    .optional()
    .describe('flows of commands of your own, measured by their packets, by name'),
  events: named(event).optional().describe('what happens meanwhile, by name'),
  matrix: matrix
    .optional()
    .describe(
      'by path: values of which every combination is a case; links.dsl.rate does not reach a direction with a rate of its own: vary links.dsl.toward.server.rate too',
    ),
  cases: named(settingsByPath).optional().describe('further cases by name: values by path'),
  variants: named(settingsByPath).optional().describe('by name: what is compared with each other'),
  measure: named(measure).optional().describe('what is measured, by name'),
  expect: named(expectation).optional().describe('what must hold, by name'),
};

/** As it is written. */
export const scenarioSchema = fields({
  ...scenarioShape,
  topology: z
    .union([z.string(), topologySchema])
    .optional()
    .describe(
      'a topology file relative to this one, or its content; or write its keys beside this one',
    ),
  ...topologyShape,
  nodes: topologyShape.nodes.optional(),
}).describe('A Ropewalk scenario: what happens, what is measured, what is expected.');

/** After its topology was put beside it. */
export const wholeSchema = fields({ ...scenarioShape, ...topologyShape });

export type RawScenario = z.infer<typeof wholeSchema>;
export type RawTraffic = z.infer<typeof traffic>;
export type RawEvent = z.infer<typeof event>;
export type RawMeasure = z.infer<typeof measure>;
export type RawExpectation = z.infer<typeof expectation>;
