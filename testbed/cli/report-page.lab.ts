/** The page in a browser: it is looked at, not only written. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import axe from 'axe-core';
import { execa } from 'execa';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.ts';
import { createRepository } from './testing-repository.ts';
import { ropewalk, writeIn } from './testing-runs.ts';

const executablePath = findBrowser();
const isRequired = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('browser');
const test = anyTest as TestFn<{ browser: Browser; folder: string }>;
const browserTest = executablePath === undefined && !isRequired ? test.skip : test.serial;
if (executablePath === undefined) {
  process.stderr.write(
    'reports are not looked at: there is no chromium here; apt-get install chromium\n',
  );
}

/** Two axes, two variants, an event, a bound that breaks and one that no sample can decide. */
const scenario = `
scenario: everything
about: Loss and delay of a link <all with all>, with an outage.
topology:
  nodes: { phone: { kind: terminal }, home: { kind: nat, inside: [wifi], nat: home-router }, server: { kind: host } }
  links: { wifi: { between: [phone, home], rate: 50 Mbit/s, delay: 4 ms, jitter: 3 ms }, wan: { between: [home, server], delay: 5 ms } }
seed: 3
repeat: 5
limit: 20 s
traffic:
  feed: { run: stream, from: server, to: phone, opened-by: phone, rate: 800 kbit/s, payload: 1000 B, count: 100 }
events:
  silence: { at: 400 ms, link: wifi, set: { loss: 100 % }, for: 200 ms }
matrix:
  links.wifi.loss: [0 %, 5 %]
  links.wifi.delay: [4 ms, 20 ms]
variants: { plain: {}, codel: { links.wifi.queue: { limit: 100 packets, discipline: codel } } }
measure:
  gap: { what: delivery-gap, of: feed, around: silence }
  wait: { what: one-way-delay, of: feed }
expect:
  short: { that: gap <= 100 ms, because: it never is }
  soon: { that: wait <= 12 ms }
  close: { that: wait <= 12.2 ms, at: median }
`;

/** Good at 10 ms, broken at 20 ms: what a page says of two runs, and of the commits between them. */
const slowed = `
scenario: slowed
about: Some questions, on a path that somebody made slower.
topology: topology.yaml
seed: 3
repeat: 2
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 5, interval: 10 ms, timeout: 2 s }
measure:
  rtt: { what: rtt, of: ping }
expect:
  soon: { that: rtt <= 25 ms, at: every }
`;

async function runSlowed(folder: string): Promise<void> {
  const { commit } = await createRepository(folder);
  writeIn(folder, 'slowed.yaml', slowed);
  writeIn(folder, '.gitignore', 'out/');
  for (const delay of ['10 ms', '20 ms']) {
    const topology = `nodes: { phone: { kind: terminal }, server: { kind: host } }
links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: ${delay} } }
`;
    writeIn(folder, 'topology.yaml', topology);
    await commit(`a delay of ${delay}`);
    await ropewalk(folder, ['run', 'slowed.yaml', '--out', 'out']);
  }
}

test.before(async (t) => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'ropewalk report '));
  writeIn(t.context.folder, 'everything.yaml', scenario);
  await ropewalk(t.context.folder, ['run', 'everything.yaml', '--out', 'out', '--capture']);
  await runSlowed(t.context.folder);
  if (executablePath !== undefined) {
    t.context.browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }
});

test.after.always(async (t) => {
  await t.context.browser?.close();
  rmSync(t.context.folder, { recursive: true, force: true });
});

const looks: readonly BrowserContextOptions[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    viewport: { width, height: 900 },
    colorScheme,
  })),
);

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function openPage(
  t: ExecutionContext<{ browser: Browser; folder: string }>,
  options: BrowserContextOptions,
  path = join(t.context.folder, 'out/everything/report.html'),
): Promise<Opened> {
  const context = await t.context.browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

for (const look of looks) {
  const name = `${look.viewport!.width} px, ${look.colorScheme}`;
  browserTest(
    `${name}: no complaint, nothing beside the screen, nothing that axe finds serious`,
    async (t) => {
      await using opened = await openPage(t, look);
      const { page, complaints } = opened;
      await page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = true;",
      );
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      t.true(width <= look.viewport!.width, `${width} px`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<Found>('axe.run()');
      const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
      t.deepEqual(
        grave.map(({ id, nodes }) => [id, nodes[0]!.html]),
        [],
      );
      t.deepEqual(complaints, []);
    },
  );
}

/** A PNG says its width in bytes 16 to 19 (ISO/IEC 15948 11.2.2). */
browserTest('its four looks are pictures of their own, none of them empty', async (t) => {
  const pictures: Buffer[] = [];
  for (const look of looks) {
    await using opened = await openPage(t, look);
    const name = `report-${look.viewport!.width}-${look.colorScheme}.png`;
    await opened.page.screenshot({ path: join(t.context.folder, name) });
    const picture = readFileSync(join(t.context.folder, name));
    t.is(picture.readUInt32BE(16), look.viewport!.width, name);
    // One colour alone is some hundreds of bytes.
    t.true(picture.length > 20_000, `${name}: ${picture.length} bytes`);
    pictures.push(picture);
  }
  t.is(new Set(pictures.map((picture) => picture.toString('base64'))).size, 4);
});

browserTest('on paper stands also what is folded on the screen', async (t) => {
  await using opened = await openPage(t, {});
  const { page } = opened;
  const folded = (): Promise<boolean[]> =>
    page.evaluate<boolean[]>(
      "[...document.querySelectorAll('details:not([open]) table')].map((one) => one.checkVisibility())",
    );
  const onScreen = await folded();
  t.true(onScreen.length > 5 && onScreen.every((isSeen) => !isSeen));
  await page.emulateMedia({ media: 'print' });
  const onPaper = await folded();
  t.is(onPaper.length, onScreen.length);
  t.true(onPaper.every(Boolean));
  const document = await page.pdf({ format: 'A4' });
  t.is(document.subarray(0, 5).toString('latin1'), '%PDF-');
  t.true(document.length > 50_000, `${document.length} bytes`);
});

browserTest(
  'on paper it is dark on light, whatever the screen is, and no wider than the paper',
  async (t) => {
    await using opened = await openPage(t, {
      viewport: { width: 720, height: 900 },
      colorScheme: 'dark',
    });
    const { page } = opened;
    await page.emulateMedia({ media: 'print' });
    const look = 'getComputedStyle(document.body).backgroundColor';
    t.is(await page.evaluate<string>(look), 'rgb(255, 255, 255)');
    t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 720);
  },
);

browserTest('each link leads to a file that is there', async (t) => {
  await using opened = await openPage(t, {});
  const links = await opened.page.evaluate<string[]>('[...document.links].map((one) => one.href)');
  t.true(links.length > 20);
  for (const link of new Set(links)) t.true(existsSync(fileURLToPath(link)), link);
  t.true(links.some((link) => link.endsWith('.pcapng')));
});

browserTest(
  'with script off verdicts, tables and pictures are all there, and nothing is shown that needs it',
  async (t) => {
    const counts = async (javaScriptEnabled: boolean) => {
      await using opened = await openPage(t, { javaScriptEnabled });
      const { page } = opened;
      const count = (selector: string) => page.locator(selector).count();
      return {
        pictures: await count('svg[role=img]:visible'),
        rows: await count('tbody tr:visible'),
        verdicts: await count('.verdict:visible'),
        folded: await count('details:not([open]) tr'),
        buttons: await count('button'),
      };
    };
    const [off, on] = [await counts(false), await counts(true)];
    t.is(off.buttons, 0);
    t.true(on.buttons > 0 && off.pictures > 8 && off.rows > 20 && off.verdicts > 20);
    t.deepEqual({ ...off, buttons: 0 }, { ...on, buttons: 0 });
  },
);

browserTest('with script off what is folded opens by a click', async (t) => {
  await using opened = await openPage(t, { javaScriptEnabled: false });
  const fold = opened.page.locator('figure details').first();
  t.false(await fold.locator('table').isVisible());
  await fold.locator('summary').click();
  t.true(await fold.locator('table').isVisible());
});

browserTest('a picture is larger by a click and small again by the next', async (t) => {
  await using opened = await openPage(t, { viewport: { width: 1280, height: 900 } });
  const { page } = opened;
  const figure = page.locator('figure').first();
  const button = figure.getByRole('button', { name: /^larger/ });
  const widthPx = async () => (await figure.locator('svg[role=img]').boundingBox())!.width;
  const before = await widthPx();
  await button.click();
  t.is(await button.getAttribute('aria-pressed'), 'true');
  t.true((await widthPx()) > 1.5 * before, `${await widthPx()} px, not much more than ${before}`);
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 1280);
  await button.click();
  t.is(await widthPx(), before);
});

const mostTabs = 200;

browserTest('the keyboard alone reaches a picture, and one sees where it is', async (t) => {
  await using opened = await openPage(t, { viewport: { width: 390, height: 900 } });
  const { page } = opened;
  const isPicture = "document.activeElement.querySelector(':scope > svg[role=img]') !== null";
  let tabs = 0;
  do await page.keyboard.press('Tab');
  while (!(await page.evaluate<boolean>(isPicture)) && ++tabs < mostTabs);
  t.true(await page.evaluate<boolean>(isPicture), `not within ${tabs} times Tab`);
  const outline = 'getComputedStyle(document.activeElement).outlineStyle';
  t.is(await page.evaluate<string>(outline), 'solid');
  t.log(`${tabs + 1} times Tab`);
});

browserTest('the first screen has what broke and the command that shows it again', async (t) => {
  await using opened = await openPage(t, { viewport: { width: 1280, height: 900 } });
  const box = await opened.page.locator('.group pre').first().boundingBox();
  t.true(box !== null && box.y + box.height < 900, JSON.stringify(box));
});

browserTest(
  'of a second run that broke, the first screen has since when, what changed, and the bisection',
  async (t) => {
    const path = join(t.context.folder, 'out/slowed/report.html');
    await using opened = await openPage(t, { viewport: { width: 1280, height: 900 } }, path);
    const { page } = opened;
    const bottomOf = async (selector: string, text: RegExp) => {
      const one = page.locator(selector, { hasText: text }).first();
      t.true(await one.isVisible(), selector);
      const { y, height } = (await one.boundingBox())!;
      return y + height;
    };
    const { stdout } = await execa('git', [
      '-C',
      t.context.folder,
      'log',
      '--format=%h',
      '--abbrev=12',
    ]);
    const [bad, good] = stdout.split('\n');
    const since = new RegExp(`Last good: ${good} .*First bad: ${bad} .*the scenario`);
    t.true((await bottomOf('.since p', since)) < 900);
    t.true((await bottomOf('.since pre', new RegExp(`bisect ${good}..${bad} slowed.yaml`))) < 900);
    t.true((await bottomOf('#history', /History/)) < 900);
    const verdicts = page.locator('section[aria-labelledby=history] tbody .verdict');
    t.regex((await verdicts.allInnerTexts()).join(), /^\S* ?fail,\S* ?pass$/, 'the newest first');
  },
);

browserTest('rows are found by their words', async (t) => {
  await using opened = await openPage(t, {});
  const { page } = opened;
  await page.getByLabel('Show rows with').first().fill('codel loss=5% soon');
  t.is(await page.locator('table.filtered').first().locator('tbody tr:visible').count(), 2);
});

browserTest('a report of 400 cases is under 5 MB and opens', async (t) => {
  const delays = Array.from({ length: 400 }, (_, at) => `${at + 1} ms`).join(', ');
  const many = scenario
    .replace('scenario: everything', 'scenario: many')
    .replace(/matrix:\n.*\n.*\nvariants:.*\n/, `matrix:\n  links.wan.delay: [${delays}]\n`)
    .replace('repeat: 5', 'repeat: 1')
    .replace(', at: median', '');
  writeIn(t.context.folder, 'many.yaml', many);
  await ropewalk(t.context.folder, ['run', 'many.yaml', '--out', 'out']);
  const path = join(t.context.folder, 'out/many/report.html');
  t.true(readFileSync(path).length < 5_000_000);
  const taken: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    await using opened = await openPage(t, {}, path);
    taken.push(
      await opened.page.evaluate<number>("performance.getEntriesByType('navigation')[0].duration"),
    );
  }
  t.log(`opened in ${taken.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  t.is(taken.length, 3);
  // How soon, tells only on a machine that has nothing else to do.
  if (process.env['ROPEWALK_PROOF_ROUND'] !== undefined) t.true(Math.min(...taken) < 2_000);
});
