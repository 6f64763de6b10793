/** A link's fields as they are written in YAML. */
import { z } from 'zod';
import { parseSize } from '../../src/base/units.ts';
import {
  complain,
  duration,
  fields,
  notNegative,
  positiveDuration,
  rateOrUnlimited,
  ratio,
  readQuantity,
  reference,
  whole,
  wrongType,
} from './fields.ts';
import { type LinkPresetName, linkPresetNames, presetDirection } from './link-presets.ts';
import { quote } from './quote.ts';

const gilbertElliott = fields({
  model: z.literal('gilbert-elliott').describe('losses come in bursts'),
  'good-to-bad': ratio().describe('chance for each frame to enter the bad state'),
  'bad-to-good': ratio().describe('chance for each frame to leave the bad state'),
  'loss-in-good': ratio().optional().describe('loss in the good state; 0 % if not given'),
  'loss-in-bad': ratio().optional().describe('loss in the bad state; 100 % if not given'),
});

const lossModels = z.discriminatedUnion('model', [
  fields({
    model: z.literal('independent').describe('each frame is lost by a draw of its own'),
    ratio: ratio().describe('the part of all frames that is lost'),
  }),
  gilbertElliott,
  fields({
    model: z.literal('list').describe('exactly these frames are lost'),
    frames: z
      .array(whole(1, Number.MAX_SAFE_INTEGER))
      .describe('numbers of the frames, the first one in a direction being 1'),
  }),
]);

export type RawQueueLimit =
  | { readonly kind: 'frames' | 'bytes' | 'bdp'; readonly amount: number }
  | { readonly kind: 'unlimited'; readonly amount?: never };

const queueLimit = () =>
  z.unknown().transform(readQueueLimit).meta({
    type: 'string',
    pattern: String.raw`^(unlimited|\d+ ?(packets?|frames?)|\d+(\.\d+)? ?bdp|\d+(\.\d+)? ?([kMG]|[KMG]i)?B)$`,
    shown: 'queue length',
  });

function readQueueLimit(raw: unknown, context: z.RefinementCtx): RawQueueLimit {
  if (raw === 'unlimited') return { kind: 'unlimited' };
  if (typeof raw !== 'string' && typeof raw !== 'number') {
    return wrongType(raw, 'queue length such as 100 packets, 64 KiB or 1 bdp', context);
  }
  const text = String(raw);
  const counted = /^(\d+(?:\.\d+)?)\s*(packets?|frames?|bdp)$/.exec(text);
  if (counted) return readCounted(Number(counted[1]), counted[2]!, text, context);
  const bytes = parseSize(text);
  if (typeof bytes === 'number' && bytes > 0) return { kind: 'bytes', amount: bytes };
  const known = 'write "100 packets", "64 KiB", "1 bdp" or "unlimited"';
  if (/^\d+$/.test(text)) {
    const hint = `did you mean "${text} packets"?`;
    return complain(context, `${quote(text)} has no unit`, { code: 'missing-unit', hint });
  }
  return complain(context, `${quote(text)} is not a queue length`, {
    code: 'not-a-quantity',
    hint: known,
  });
}

function readCounted(
  amount: number,
  word: string,
  text: string,
  context: z.RefinementCtx,
): RawQueueLimit {
  const kind = word === 'bdp' ? 'bdp' : 'frames';
  if (amount > 0 && (kind === 'bdp' || Number.isInteger(amount))) return { kind, amount };
  const hint = kind === 'bdp' ? 'write 1 bdp' : 'write 1 packet or more';
  const code = 'impossible-value';
  return complain(context, `${quote(text)} is not a queue that can be`, { code, hint });
}

const queue = z.union([
  queueLimit(),
  fields({
    limit: queueLimit()
      .optional()
      .describe('what may wait; 1 bdp and at least 20 frames of 1514 bytes if not given'),
    discipline: z
      .enum(['drop-tail', 'codel'])
      .optional()
      .describe('what is dropped: the newest when full, or as CoDel (RFC 8289) says'),
    target: positiveDuration()
      .optional()
      .describe('of codel: the delay it allows; 5 ms if not given'),
    interval: positiveDuration()
      .optional()
      .describe('of codel: how long the delay may exceed the target; 100 ms if not given'),
  }),
]);

const trace = fields({
  file: z.string().describe('the trace, relative to this file'),
  format: z
    .enum(['mahimahi', 'csv'])
    .describe(
      'mahimahi: one opportunity a line; csv: a header line of time, rate, delay, loss; each cell with its unit, or the unit in the name: rate (Mbit/s); the first row is at 0; the last row lasts as long as the one before',
    ),
  loop: z.boolean().optional().describe('begin again at the end; true if not given'),
  offset: z
    .unknown()
    .transform((raw, context) =>
      raw === 'from-seed'
        ? ('from-seed' as const)
        : readQuantity('time', notNegative, raw, context),
    )
    .meta({ type: 'string' })
    .optional()
    .describe('where in the trace a run begins: a time, or from-seed; 0 s if not given'),
  source: z.string().optional().describe('where the trace was taken'),
  licence: z.string().optional().describe('what others may do with it'),
});

/** What may differ between the two directions, and what an event may change. */
export const changeable = {
  rate: rateOrUnlimited()
    .optional()
    .describe('frame bits a second, Ethernet header counted; unlimited if not given'),
  delay: duration().optional().describe('one way; 0 ms if not given'),
  jitter: duration()
    .optional()
    .describe('evenly between delay - jitter and delay + jitter, order kept; at most the delay'),
  loss: z.union([ratio(), lossModels]).optional().describe('frames lost: a ratio, or a model'),
  duplicate: ratio().optional().describe('the part of all frames that arrive twice'),
  corrupt: ratio().optional().describe('the part of all frames that arrive with one bit turned'),
  reorder: z
    .union([
      ratio(),
      fields({
        ratio: ratio().describe('the part of all frames that are held back'),
        hold: positiveDuration().optional().describe('how long; 10 ms if not given'),
      }),
    ])
    .optional()
    .describe('frames held back while those behind them overtake'),
  queue: queue
    .optional()
    .describe(
      'what may wait before the link: packets, bytes or bdp (rate x both delays); 1 bdp and at least 20 frames of 1514 bytes if not given',
    ),
  mtu: whole(68, 65_535).optional().describe('bytes of the largest IP packet; 1500 if not given'),
  up: z.boolean().optional().describe('whether it carries anything; true if not given'),
};

const direction = fields({
  ...changeable,
  trace: trace
    .optional()
    .describe(
      "rate, delay and loss over time, from a file; its rate and delay replace the link's, its loss comes beside it",
    ),
});

export const change = fields(changeable);

const everyLink = {
  ...direction.shape,
  preset: z
    .enum(linkPresetNames)
    .optional()
    .describe('a named set of all these, which the others override'),
  engine: z
    .enum(['model', 'kernel', 'direct'])
    .optional()
    .describe('who carries the frames; model if not given'),
};

export const linkDefaults = fields(everyLink);

export const link = fields({
  between: z.tuple([reference(), reference()]).describe('the two nodes it joins'),
  ...everyLink,
  toward: z
    .record(reference(), direction)
    .optional()
    .describe(
      "by node: what differs in the direction that leads to it; a value here stays when the link's own is changed, also by a matrix",
    ),
});

export type RawDirection = z.infer<typeof direction>;
export type RawChange = z.infer<typeof change>;
export type RawLinkDefaults = z.infer<typeof linkDefaults>;
export type RawLink = z.infer<typeof link>;
export type RawLoss = NonNullable<RawDirection['loss']>;
export type RawQueue = NonNullable<RawDirection['queue']>;
export type RawTrace = NonNullable<RawDirection['trace']>;

/** A preset's fields for the direction that leads to the first end of `between:`, or to the second. */
export function readLinkPreset(name: LinkPresetName, towardFirst: boolean): RawDirection {
  return direction.parse(presetDirection(name, towardFirst));
}
