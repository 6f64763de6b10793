/**
 * Many random moves, asked of a manager that runs, of applications that talk all the while: a proof has more of them.
 * An application is put on a link by its name, for good, or one of its sockets is by its own.
 */
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { drawBelow, seedRandom } from '../../base/random.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { collectLeftovers } from './leftovers.ts';
import { namespaceOf } from './process-table.ts';
import { type Chat, Chatter } from './testing-crowd.ts';
import { type Held, MovingCrowd } from './testing-moving-crowd.ts';
import { touchedBetween } from './testing-socket-views.ts';
import { lte, wifi } from './testing-terminal.ts';

const isProof = process.env['ROPEWALK_PROOF_ROUND'] !== undefined;
const moves = isProof ? 10_000 : 40;
const random = seedRandom(10, 'moves of a manager');

/** Sockets that another application's move touched. */
async function moveAtRandom(t: ExecutionContext, crowd: MovingCrowd, count: number) {
  const touched: Held[] = [];
  const all = [...crowd.movers, ...crowd.bystanders];
  for (let at = 0; at < count; at++) {
    const one = crowd.movers[drawBelow(random, crowd.movers.length)]!;
    const link = drawBelow(random, 2) === 0 ? wifi : lte;
    const target = drawBelow(random, 2) === 0 ? one.chatter.name : one.id;
    const before = crowd.views;
    const answered = await crowd.use(target, link);
    const after = crowd.views;
    if (answered.answer !== 'done') t.fail(`move ${at}, ${target}: ${JSON.stringify(answered)}`);
    const now = after.get(one.socket.cookie);
    if (now !== crowd.viewOn(one, link)) t.fail(`move ${at}, ${target} to ${link.name}: ${now}`);
    const cookies = touchedBetween(before, after);
    touched.push(...all.filter((other) => other !== one && cookies.includes(other.socket.cookie)));
  }
  return touched;
}

function isWhole({ last, address, port }: Chat): boolean {
  return last === `${address} ${port}`;
}

function checkChats(
  t: ExecutionContext,
  crowd: MovingCrowd,
  chats: readonly (readonly [Held, Chat])[],
  visitors: readonly Chat[],
) {
  for (const [{ chatter, home }, chat] of chats) {
    t.true(isWhole(chat), `${chatter.name}: its socket says what the far end sees`);
    t.is(chat.port, home.port, `${chatter.name}: its port is kept`);
    if (crowd.movers.some((one) => one.chatter === chatter)) continue;
    t.like(chat, { heard: chat.said, refused: 0, elsewhere: 0 }, `${chatter.name} lost nothing`);
  }
  const datagrams = chats.filter(([{ chatter }]) => chatter.kind !== 'tcp').map(([, chat]) => chat);
  datagrams.push(...visitors);
  const left = datagrams.reduce((sum, { said, refused: no }) => sum + said - no, 0);
  const { sent } = crowd.wire.read();
  t.is(sent.wifi + sent.lte + sent.astray, left, 'what applications said is what left');
  const lost = datagrams.reduce((sum, { said, heard }) => sum + said - heard, 0);
  const refused = datagrams.reduce((sum, chat) => sum + chat.refused, 0);
  t.log(`${moves} moves: ${left} datagrams left, ${refused} refused, ${lost} without an answer`);
}

/** Where an application begins for which there is a rule. */
async function begin(crowd: MovingCrowd, name: string): Promise<Chat> {
  return await (await new Chatter(crowd.managed, name, 'udp4').ready()).stop();
}

test(`system 1.5: ${moves} random moves by a manager under traffic touch no other application, and kill -9 leaves nothing`, async (t) => {
  t.timeout(900_000);
  await using crowd = new MovingCrowd();
  await crowd.start('late*: lte\n');
  t.deepEqual(await moveAtRandom(t, crowd, moves), []);
  const hasHooks = !crowd.managed.records.some(({ kind }) => kind === 'links.without-hooks');
  const ruled = await begin(crowd, 'late-1');
  t.is(ruled.address, hasHooks ? '10.2.0.1' : '10.1.0.1');
  const { sent, received } = crowd.wire.read();
  t.deepEqual([sent.astray, received.astray], [0, 0], 'each packet by the link of its address');
  t.true(sent.wifi > 0 && sent.lte > 0 && received.wifi > 0 && received.lte > 0);
  // In the middle of a move.
  for (const [at, one] of crowd.movers.entries()) {
    crowd.use(one.id, at % 2 === 0 ? wifi : lte).catch(() => undefined);
  }
  await crowd.kill('manager');
  t.deepEqual(crowd.standing, crowd.standingBefore);
  const free = await begin(crowd, 'late-2');
  t.is(free.address, '10.1.0.1', 'no program of it is in the kernel any more');
  checkChats(t, crowd, await crowd.stop(), [ruled, free]);
});

test('where the stack side is killed too, in the middle of moves, gc takes away all that is left', async (t) => {
  t.timeout(180_000);
  await using crowd = new MovingCrowd();
  await crowd.start('late*: lte\n');
  const stream = crowd.movers.find(({ chatter }) => chatter.kind === 'tcp')!;
  await crowd.use(stream.id, lte);
  for (const one of crowd.movers) crowd.use(one.id, lte).catch(() => undefined);
  await crowd.kill('stack');
  t.notDeepEqual(crowd.standing, crowd.standingBefore, 'control: there it is');
  const here = namespaceOf(stream.chatter.pid);
  const [found] = collectLeftovers().filter(({ namespace }) => namespace === here);
  t.true(found!.rules > 0 && found!.routes > 0 && found!.marks > 0);
  t.deepEqual(crowd.standing, crowd.standingBefore);
  t.is((await begin(crowd, 'late-1')).address, '10.1.0.1');
  for (const [, chat] of await crowd.stop()) t.true(isWhole(chat), 'none is left half-moved');
});

test('control: another application that is touched meanwhile is seen', async (t) => {
  t.timeout(180_000);
  await using crowd = new MovingCrowd();
  await crowd.start();
  const [one, other] = [crowd.movers[0]!, crowd.bystanders[0]!];
  const before = crowd.views;
  await crowd.use(one.chatter.name, lte);
  await crowd.use(other.id, lte);
  const cookies = touchedBetween(before, crowd.views);
  t.deepEqual(cookies.toSorted(), [one.socket.cookie, other.socket.cookie].toSorted());
});
