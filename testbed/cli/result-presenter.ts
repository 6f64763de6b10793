/** Results as a verb that judges shows them: a table each, or one JSON document; then the exit code. */
import { join } from 'node:path';
import { countedVerdicts, gatedExitOf } from '../report/exit-code.ts';
import type { Gate } from '../report/gate.ts';
import { formatJson } from '../report/json.ts';
import { formatTable, formatTotal } from '../report/table.ts';
import type { Result } from '../schema/result.ts';
import { gitHubRunner, tellCi } from './ci.ts';
import type { Session } from './session.ts';

export interface ResultPresenter {
  show(result: Result, folder: string): void;
  /** `several` were asked for, even if fewer came. */
  finish(several: boolean): void;
}

interface Showing {
  readonly json?: boolean;
  readonly gate?: Gate;
}

export function createPresenter(session: Session, { json, gate }: Showing): ResultPresenter {
  const { terminal } = session;
  const results: Result[] = [];
  return {
    show: (result, folder) => {
      const separator = results.push(result) > 1 ? '\n' : '';
      if (json) return;
      terminal.print(separator + formatTable(result, folder, terminal.look));
      if (terminal.isWatched) terminal.say(`report: ${join(folder, 'report.html')}\n`);
    },
    finish: (several) => {
      if (json) terminal.print(formatJson(several ? results : results[0]!));
      else if (several) terminal.print(`\n${formatTotal(results, terminal.look)}`);
      tellCi(results, gate, terminal, gitHubRunner(process.env));
      const exit = gatedExitOf(results.flatMap(countedVerdicts), gate);
      session.exitWith(session.interrupted() ?? exit);
    },
  };
}
