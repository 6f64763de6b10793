/** All conformance cases, in the order of the report. */
import type { ConformanceCase } from './case.ts';
import { closedCases, listenCases } from './cases/closed-listen.ts';
import { closingCases } from './cases/closing.ts';
import { ecnCases } from './cases/ecn.ts';
import { optionCases } from './cases/options.ts';
import { recoveryCases } from './cases/recovery.ts';
import { sequenceCases } from './cases/sequence-check.ts';
import { synReceivedCases } from './cases/syn-received.ts';
import { synSentCases } from './cases/syn-sent.ts';
import { textCases } from './cases/text.ts';
import { timerCases } from './cases/timers.ts';
import { windowCases } from './cases/window.ts';

export const conformanceCases: readonly ConformanceCase[] = [
  ...closedCases,
  ...listenCases,
  ...synSentCases,
  ...synReceivedCases,
  ...sequenceCases,
  ...closingCases,
  ...textCases,
  ...windowCases,
  ...optionCases,
  ...recoveryCases,
  ...timerCases,
  ...ecnCases,
];
