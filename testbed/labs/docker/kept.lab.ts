/** A lab of containers that is kept up, by the command itself. */
import test from 'ava';
import { KeptTestLab } from '../../cli/testing-kept.ts';
import { label } from './node-container.ts';
import { engineOrReason } from './testing-engine.ts';

const engine = await engineOrReason();
if (engine !== undefined) {
  test("commands run in a node's container, whose files are its own; down takes it away", async (t) => {
    const lab = await KeptTestLab.raise(t, 'docker');
    const { name } = lab;
    const exec = (...words: readonly string[]) => lab.say('exec', '--name', name, ...words);
    const ping = await exec('phone', '--', 'ping', '-c1', 'server');
    t.regex(ping.stdout, / 0% packet loss/, ping.stderr);
    t.is((await exec('phone', '--', 'sh', '-c', 'exit 7')).exitCode, 7);
    t.is((await exec('phone', '--', 'hostname')).stdout, 'phone');
    t.is((await exec('home', '--', 'true')).exitCode, 2, 'the hub has no container');
    const { stdout } = await lab.say('ps', '--json');
    const mine = JSON.parse(stdout).find(
      (one: { card: { name: string } }) => one.card.name === name,
    );
    const phone = mine.nodes.find((one: { name: string }) => one.name === 'phone');
    t.deepEqual(phone.processes, [], 'what holds the container open is none of its programs');
    const filters = { label: [`${label.run}=${mine.card.runId}`] };
    t.is((await engine.docker.listContainers({ filters })).length, 2);
    await lab.say('down', name);
    t.deepEqual(await engine.docker.listContainers({ all: true, filters }), []);
  });
}
