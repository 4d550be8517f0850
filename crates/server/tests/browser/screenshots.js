'use strict';
// README's pictures, docs/screenshots/*.webp: of a demo that two dozen people applied to. `scripts/screenshots` runs this beside one.

const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { api, demo, filesRead } = require('./support/demo.js');
const { furnish } = require('./support/people.js');
const { signIn } = require('./support/desk.js');

const folder = path.join(__dirname, '../../../../docs/screenshots');
/** Bytes that a picture may take: README is read on trains. */
const MOST = 150_000;

/** Times differ from run to run; what they say does not matter, so that pictures differ only where pages do. */
async function still(page) {
  await page.evaluate(() => {
    for (const time of document.querySelectorAll('time')) {
      if (time.textContent.endsWith(' UTC')) time.textContent = '14 March 2026, 09:26 UTC';
    }
  });
}

async function shoot(page, name) {
  await still(page);
  // Half the size of a PNG, and nobody sees the difference.
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 92 });
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > MOST) throw new Error(`${name}.webp is ${bytes.length} bytes`);
  fs.writeFileSync(path.join(folder, `${name}.webp`), bytes);
  process.stdout.write(`docs/screenshots/${name}.webp ${bytes.length}\n`);
}

/** Waits until all pictures in sight are there. */
async function drawn(page) {
  await page.waitForFunction(() => [...document.images].every((image) => {
    const { top, bottom } = image.getBoundingClientRect();
    return bottom < 0 || top > innerHeight || (image.complete && image.naturalWidth > 0);
  }));
}

/** Looks at whoever applied first: the others are new. */
async function meet(page, people) {
  for (const { id } of people.slice(0, 17)) await page.goto(`/desk/candidates/${id}`, { waitUntil: 'domcontentloaded' });
}

async function main() {
  fs.mkdirSync(folder, { recursive: true });
  const { job, people } = await furnish();
  const somebody = people[4];
  await api('POST', `/candidates/${somebody.id}/notes`, { body: 'Spoke for half an hour. Calm, exact, asks about failure first.\nWants to start in May.' });
  await filesRead(somebody.id);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-prefers-reduced-motion', '--hide-scrollbars', '--font-render-hinting=none',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-background-networking', '--disable-component-update'],
  });
  try {
    for (const [colorScheme, end] of [['light', ''], ['dark', '-dark']]) {
      const context = await browser.newContext({ baseURL: demo.url, viewport: { width: 1280, height: 800 }, colorScheme });
      const page = await context.newPage();
      await page.goto('/desk');
      await signIn(page);
      if (!end) await meet(page, people);
      await page.goto(`/desk/jobs/${job.id}/board`);
      await page.getByRole('link', { name: 'Amara Okafor' }).waitFor();
      await shoot(page, `board${end}`);
      if (!end) {
        await page.setViewportSize({ width: 1280, height: 1000 });
        await page.goto(`/desk/candidates/${somebody.id}`);
        await drawn(page);
        await shoot(page, 'candidate');
        const posting = await context.newPage();
        const link = (await api('GET', `/jobs/${job.id}`)).public_link;
        await posting.goto(link);
        await posting.getByRole('button', { name: 'Apply' }).click();
        await posting.getByRole('heading', { name: 'About you' }).waitFor();
        await shoot(posting, 'application');
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
