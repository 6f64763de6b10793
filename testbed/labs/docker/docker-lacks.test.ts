import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, node, scenario } from '../../plan/testing-topology.ts';
import type { KernelFacts } from '../ground/kernel-facts.ts';
import { type DockerFacts, dockerLacksOf } from './docker-lacks.ts';
import { socketPathsOf } from './engine-sockets.ts';
import { type EngineFound, openEngine } from './find-engine.ts';

const kernel: KernelFacts = {
  ...{ isLinux: true, isRoot: true, hasTun: true },
  kernel: () => ({ netem: true, tbf: true, nftNat: 'yes' }),
  hasTool: () => true,
};
const socketPath = '/run/nobody.sock';
const answering: EngineFound = {
  ...{ kind: 'answers', socketPath, docker: openEngine(socketPath) },
  ...{ cpus: 2, memoryBytes: 2 ** 30, cgroupDriver: 'cgroupfs', majorVersion: 23 },
};

function lacksWith(
  facts: Partial<DockerFacts>,
  limits: { cpus?: number; memoryBytes?: number } = {},
): string[] {
  const phone = { ...node('phone', 'terminal'), ...limits };
  const links = [link('wire', ['phone', 'server'])];
  const plan = planScenario(scenario({ nodes: [phone, node('server', 'host')], links }));
  const all = { programs: [], kernel, engine: answering, ...facts };
  return dockerLacksOf(plan, all).map(({ what, remedy }) => `${what} | ${remedy}`);
}

test('with an engine that answers nothing is lacking', (t) => {
  t.deepEqual(lacksWith({}), []);
  t.deepEqual(lacksWith({}, { cpus: 2, memoryBytes: 2 ** 30 }), []);
});

const engines: readonly (readonly [EngineFound, RegExp])[] = [
  [
    { kind: 'silent', asked: ['/var/run/docker.sock', '/run/x.sock'] },
    /^no Docker engine answers at \/var\/run\/docker\.sock or \/run\/x\.sock \| start one: .*make docker-engine/,
  ],
  [
    { kind: 'refuses', socketPath: '/var/run/docker.sock' },
    /^the Docker engine at \/var\/run\/docker\.sock refuses this user \| put sudo before/,
  ],
  [
    { kind: 'elsewhere', address: 'tcp://10.0.0.7:2375' },
    /^DOCKER_HOST is tcp:\/\/10\.0\.0\.7:2375, .* \| name a socket of this machine/,
  ],
];

for (const [engine, expected] of engines) {
  test(`an engine that ${engine.kind} is one lack, with what to do`, (t) => {
    const lacks = lacksWith({ engine });
    t.is(lacks.length, 1);
    t.regex(lacks[0]!, expected);
  });
}

test('without root the lab says so in its own name', (t) => {
  t.regex(lacksWith({ kernel: { ...kernel, isRoot: false } })[0]!, /^the docker lab needs root/);
});

test('limits that this machine cannot keep are named', (t) => {
  t.regex(lacksWith({}, { cpus: 3 })[0]!, /^phone may use 3 processors, and the engine has 2/);
  t.regex(lacksWith({}, { memoryBytes: 2 ** 31 })[0]!, /^phone may use 2 GiB .* machine has 1 GiB/);
  t.regex(lacksWith({}, { memoryBytes: 2 ** 20 })[0]!, /^phone may use 1 MiB .* so little/);
});

test('an engine is looked for at the sockets of this machine alone', (t) => {
  t.deepEqual(socketPathsOf('unix:///run/mine.sock'), ['/run/mine.sock']);
  t.is(socketPathsOf('ssh://somebody@elsewhere'), undefined);
  t.true(socketPathsOf('')!.length > 1);
  t.deepEqual(socketPathsOf(undefined), socketPathsOf(''));
});
