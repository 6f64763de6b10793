/** Prints the conformance table: see src/tcp/conformance/report.ts. */
import process from 'node:process';
import { renderReport } from '../../tcp/conformance/report.ts';

process.stdout.write(await renderReport());
