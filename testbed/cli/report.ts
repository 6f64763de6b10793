import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../campaign/folder.ts';
import { readHistory } from '../campaign/keep-history.ts';
import { readMaterial } from '../campaign/report-material.ts';
import { labNames } from '../labs/lab.ts';
import { formatAcrossLabs } from '../report/across-labs.ts';
import { drawAll } from '../report/html/all-drawings.ts';
import { formatPage } from '../report/html/page.ts';
import type { ReportMaterial } from '../report/html/report-material.ts';
import { formatCsv, formatSvg } from '../report/html/standalone.ts';
import { openResults } from './result-source.ts';
import type { Session } from './session.ts';

interface ReportFlags {
  readonly history?: string;
  readonly figures?: string;
  readonly labs?: boolean;
}

const examples = `
Examples:
  ropewalk report reports/runs/two-links            make its report.html anew
  ropewalk report reports/runs/two-links --figures figures  each picture as SVG, with the CSV behind it
  ropewalk report runs/sim runs/netns runs/docker --labs     figure by lab, with the distance from virtual time`;

export function addReport(program: Command, { terminal }: Session): void {
  program
    .command('report')
    .description('make report.html of results that are there, or their figures for a publication')
    .argument('<folders...>', 'folders of results')
    .option('--history <folder>', 'where runs are kept; _history beside the result if not given')
    .option('--figures <folder>', 'write each picture as SVG with a CSV there, and no page')
    .option('--labs', 'print what the labs of these results saw beside each other, as Markdown')
    .addHelpText('after', examples)
    .action((folders: string[], flags: ReportFlags) => {
      const opened = openResults(folders);
      if (flags.labs) {
        terminal.print(
          formatAcrossLabs(
            opened.map(({ result }) => result),
            labNames,
          ),
        );
        return;
      }
      for (const { folder, result } of opened) {
        const kept = flags.history ?? join(dirname(folder), '_history');
        const history = readHistory(kept, result.scenario).entries;
        const material = readMaterial(folder, result, { gate: undefined, history });
        if (flags.figures === undefined) {
          writeWhole({ path: folder }, 'report.html', formatPage(material));
          terminal.print(`${join(folder, 'report.html')}\n`);
        } else {
          const count = writeFigures(join(flags.figures, result.scenario), material);
          terminal.print(`${count} figures in ${join(flags.figures, result.scenario)}\n`);
        }
      }
    });
}

function writeFigures(path: string, material: ReportMaterial): number {
  const drawings = drawAll(material);
  for (const drawing of drawings) {
    writeWhole({ path }, `${drawing.id}.svg`, formatSvg(drawing));
    writeWhole({ path }, `${drawing.id}.csv`, formatCsv(drawing.data()));
  }
  return drawings.length;
}
