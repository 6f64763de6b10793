/** A program whose parts of the machine's own are set up before the run begins. */
import type { RunningProgram, Settings } from '../../host/program.ts';
import type { RealHost } from '../../runtime/real-host.ts';

/** What it takes a while to set up is done at once; what is returned begins it. */
export type PrepareProgram = (host: RealHost, given: Settings) => Promise<() => RunningProgram>;
