import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import test from 'ava';
import { execa } from 'execa';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { findTool } from '../processes/find-tool.ts';
import { bundleHere } from './container-ground.ts';
import { ensureImage } from './make-image.ts';
import { engineOrReason } from './testing-engine.ts';

/** Of a long proof: ROPEWALK_KILLS=20. */
const kills = process.env['ROPEWALK_KILLS'] ?? '3';
const seed = process.env['ROPEWALK_KILL_SEED'] ?? '1';

const engine = await engineOrReason();
if (engine !== undefined && findTool('dockerd') !== undefined) {
  test(`an orchestrator is killed ${kills} times, and gc leaves the engine as it was, a foreign container too`, async (t) => {
    t.timeout(Number(kills) * 60_000);
    // What is made once would else be made again with each kill, and never be done.
    bundleHere();
    const folder = mkdtempSync('/var/tmp/ropewalk-kills-');
    t.teardown(() => rmSync(folder, { recursive: true }));
    await using ledger = Ledger.open('docker', newRunId());
    const image = await ensureImage({ ...engine, ledger, say: t.log });
    const packed = join(folder, 'image.tar');
    await pipeline(await engine.docker.getImage(image).get(), createWriteStream(packed));
    const inside = 'umount -l /run/netns 2>/dev/null; mount -t tmpfs none /run && exec "$@"';
    const script = join(import.meta.dirname, 'testing-kills.ts');
    const own = ['--mount', '--net', '--pid', '--fork', '--mount-proc'];
    const words = ['sh', '-c', inside, 'sh', process.execPath, script, kills, seed, packed, folder];
    const trial = await execa('unshare', [...own, ...words], { all: true, reject: false });
    t.log(trial.all);
    t.is(trial.exitCode, 0);
  });
}
