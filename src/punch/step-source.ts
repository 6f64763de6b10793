import type { CandidateSource } from '../wire/punch-message.ts';

/** How an address came to be tried. What only the peer says of it is `host` and `mapped`. */
export type StepSource = CandidateSource | 'predicted' | 'searched' | 'reflexive';
