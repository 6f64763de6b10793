/** What the verbs share that work on a lab which stands: finding it, and asking it. */
import type { KeptFolder } from '../labs/keep/kept-folder.ts';
import type { LabReport } from '../labs/keep/messages.ts';

export interface KeptLabHere {
  readonly kept: KeptFolder;
  readonly report: LabReport;
}

/** `again`: the command with the lab's name in it. */
export async function findKeptLab(
  name: string | undefined,
  again: (name: string) => string,
): Promise<KeptFolder> {
  const { findKeptFolders } = await import('../labs/keep/kept-folder.ts');
  const { chooseKeptLab } = await import('../labs/keep/choose-kept-lab.ts');
  return chooseKeptLab(findKeptFolders(), name, again);
}

export async function askKeptLab(
  name: string | undefined,
  again: (name: string) => string,
): Promise<KeptLabHere> {
  const kept = await findKeptLab(name, again);
  const { askForReport } = await import('../labs/keep/ask-keeper.ts');
  return { kept, report: await askForReport(kept) };
}
