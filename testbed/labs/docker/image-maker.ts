/** Who makes an image: the engine that it is made on, and who hears of it. */
import type Docker from 'dockerode';
import type { Ledger } from '../ledger/ledger.ts';

export interface ImageMaker {
  readonly docker: Docker;
  readonly socketPath: string;
  /** For what stays behind where the maker is killed. */
  readonly ledger: Ledger;
  /** Told what takes its time. */
  readonly say: (text: string) => void;
}
