/** Programs and watched flows as they are written. */
import { z } from 'zod';
import { duration, fields, reference, whole } from './fields.ts';
import { protocols } from './model.ts';

/** A word or an argv, never a line for a shell. */
const run = z.union([z.string(), z.array(z.string())]);

const highestPort = 65_535;

const ready = fields({
  line: z
    .string()
    .optional()
    .describe('part of a line that it writes, or a /regular expression/ that such a line fits'),
  port: whole(1, highestPort).optional().describe('a port of its node that it listens on'),
  protocol: z.enum(protocols).optional().describe('with port; tcp if not given'),
});

const regex = fields({
  regex: z
    .string()
    .describe('what its output is searched for, all of it; groups are the figures: time=(\\d+)'),
});

export const program = fields({
  on: reference().describe('the node it runs on'),
  run: run.describe('a built-in program, or a command as a list: [./mystack, --via, gateway]'),
  with: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('its settings; { node: server } stands for the addresses of a node'),
  cwd: z
    .string()
    .optional()
    .describe(
      "of a command: the folder it starts in, relative to this file; its own folder of the run's if not given",
    ),
  env: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe(
      'of a command: what stands in its environment beside PATH, HOME, LANG and ROPEWALK_…',
    ),
  files: z
    .array(z.string())
    .optional()
    .describe(
      'of a command: files relative to this one, copied into its own folder before it starts',
    ),
  ready: ready
    .optional()
    .describe('of a command: when others may count on it; as soon as it runs if not given'),
  awaited: z
    .boolean()
    .optional()
    .describe(
      'of a command: it starts when all that listens is ready, and the run waits for its end; false if not given: it is stopped at the end',
    ),
  start: duration()
    .optional()
    .describe('of a command: after all that listens is ready; 0 s if it is awaited'),
  reads: z
    .union([z.enum(['iperf3-json', 'exit-code']), regex])
    .optional()
    .describe('of a command: where measures with what: reported find their figures'),
});

export const watch = fields({
  from: reference().describe('the node that payload leaves'),
  to: reference().describe('the node that payload reaches'),
  protocol: z.enum(protocols).optional().describe('tcp if not given'),
  port: whole(1, highestPort)
    .optional()
    .describe('of either end; all packets of the protocol between the two if not given'),
});

export type RawProgram = z.infer<typeof program>;
export type RawWatch = z.infer<typeof watch>;
