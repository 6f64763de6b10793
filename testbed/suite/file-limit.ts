/**
 * Loaded by ava into the worker of each test file: one that does not end fails, and says so. Ava's own `timeout` is
 * not armed again once it falls into the time that some test asked for with `t.timeout`.
 */
import process from 'node:process';

/** The longest take a minute or two beside others. Proofs repeat their tests for as long as they like. */
const limitS = Number(process.env['ROPEWALK_WORKER_LIMIT_S'] ?? 600);

if (process.env['ROPEWALK_PROOF_ROUND'] === undefined) {
  setTimeout(() => {
    throw new Error(`this test file was not done within ${limitS} s`);
  }, limitS * 1_000).unref();
}
