/** The shape of everything that a scenario starts on a node. */
import type { Host } from './host.ts';

/** Plain JSON: what the plan resolved for this program. */
export type Settings = { readonly [key: string]: SettingValue };
export type SettingValue =
  | string
  | number
  | boolean
  | null
  | readonly SettingValue[]
  | { readonly [key: string]: SettingValue };

/**
 * Starts and returns: what follows happens in callbacks. Settings come from the plan, which checked
 * them; a program that is given nonsense throws, which is a fault and not an outcome.
 */
export type StartProgram = (host: Host, settings: Settings) => RunningProgram;

export interface RunningProgram {
  /** Closes what it opened; called once, at the end of the run or when its node crashes. */
  stop(): void;
}
