/** A link recorded as mahimahi records it: the moments at which bytes may leave. */
import { nsPerMs } from '../../src/base/time.ts';
import { complain, firstLine, linesOf, quote, type TraceReading } from './link-trace-lines.ts';

/** One time in whole milliseconds a line, at each of which 1 500 bytes may leave. */
export function parseMahimahi(text: string): TraceReading {
  const opportunitiesNs: number[] = [];
  for (const line of linesOf(text)) {
    const word = line.text.trim();
    if (!/^\d{1,9}$/.test(word)) {
      const hint = 'write one time a line, in milliseconds and rising: 17';
      return complain(line, word, `${quote(word)} is not a whole number of milliseconds`, hint);
    }
    const timeNs = Number(word) * nsPerMs;
    if (timeNs < (opportunitiesNs.at(-1) ?? 0)) {
      const hint = 'sort the lines: times never fall in a mahimahi trace';
      return complain(line, word, `${word} ms is before the line above it`, hint);
    }
    opportunitiesNs.push(timeNs);
  }
  if ((opportunitiesNs.at(-1) ?? 0) > 0) {
    return { kind: 'mahimahi', opportunitiesNs, loop: true, offsetNs: 0 };
  }
  const problem =
    opportunitiesNs.length === 0 ? 'the trace is empty' : 'all its times are 0: it has no length';
  return complain(firstLine(text), '', problem, 'the last time is the length of a mahimahi trace');
}
