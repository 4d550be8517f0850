'use strict';
// Files of an application: piece by piece, over a bad connection, again after a reload. What arrives is what was chosen.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { until, visit } = require('../support/browser.js');
const { accessible } = require('../support/looks.js');
const {
  answer, applications, arrived, begin, connection, downloaded, elsewhere, file, job, nothingUnsaved, received, send, somebody,
} = require('../support/applying.js');

const MB = 1024 * 1024;
const here = (how = {}) => ({ extraHTTPHeaders: elsewhere(), ...how });
const wasCut = (page) => page.getByText('The connection was cut; it goes on by itself.').waitFor();
const pieces = (method, path) => method === 'PATCH' && path.includes('/uploads/');
/** By what a file goes on: while this is cut it is on its way, however long all else takes. */
const onward = (method, path) => ['HEAD', 'PATCH'].includes(method) && path.includes('/uploads/');

const second = (method, path, offset) => pieces(method, path) && offset !== '0';

/** A page with the form open, over a connection that can be cut. */
async function form(use) {
  const { public_link: link } = await job();
  const { how, cut, close } = await connection();
  try {
    await visit(here(how), async (page) => {
      const own = await begin(page, link);
      await use(page, { cut, own, resume: page.getByLabel('Resume') });
    });
  } finally {
    close();
  }
}

/** Comes back while a file is on its way. */
async function leave(page, cut, own) {
  // It must not arrive before.
  cut.mend(onward);
  page.once('dialog', (dialog) => dialog.accept());
  await page.goto(own);
  await page.getByText('Choose the same file again to go on.').waitFor();
  cut.mend();
}

/** Sends the application and holds the file against what was chosen. */
async function sendAndCompare(page, chosen) {
  const email = somebody();
  await answer(page, email);
  await send(page).click();
  await received(page);
  const link = page.getByRole('link', { name: new RegExp(`^${chosen.name}`) });
  assert.ok((await downloaded(page, link)).equals(chosen.bytes), 'the file is another one');
  assert.equal((await applications(email)).length, 1);
}

test('a file goes on by itself after its connection was cut, twice', () => form(async (page, { cut, resume }) => {
  const chosen = file('long.pdf', 7 * MB + 123);
  cut.after(MB / 2, pieces);
  await resume.setInputFiles(chosen.path);
  await wasCut(page);
  const bar = page.getByRole('progressbar', { name: /^long\.pdf: / });
  assert.equal(await bar.getAttribute('max'), String(chosen.bytes.length));
  await accessible(page);
  cut.after(MB, pieces);
  cut.mend();
  await until('the second cut', () => cut.count === 2);
  cut.mend();
  await arrived(page, 'long.pdf').waitFor();
  assert.equal(cut.count, 2);
  assert.ok(cut.seen.some(({ method }) => method === 'HEAD'), 'how far it came was not asked');
  await page.getByText('long.pdf has arrived.').waitFor();
  await sendAndCompare(page, chosen);
}));

test('a file goes on after the network was gone', () => form(async (page, { cut, resume }) => {
  const chosen = file('gone.pdf', 5 * MB);
  // Held, so that it is on its way when the network goes, however fast or slow this machine is. What is on its way then still
  // gets through, as Chromium plays it; what comes after it does not.
  cut.hold(second);
  await resume.setInputFiles(chosen.path);
  await until('the second piece', () => cut.held);
  await page.context().setOffline(true);
  cut.mend();
  await wasCut(page);
  await page.context().setOffline(false);
  await arrived(page, 'gone.pdf').waitFor();
  assert.ok(cut.seen.some(({ method }) => method === 'HEAD'), 'how far it came was not asked');
  await sendAndCompare(page, chosen);
}));

test('after a reload the same file goes on from where it was', () => form(async (page, { cut, own, resume }) => {
  const chosen = file('again.pdf', 6 * MB);
  cut.after(MB, second);
  await resume.setInputFiles(chosen.path);
  await wasCut(page);
  await leave(page, cut, own);
  await accessible(page);
  const before = cut.seen.length;
  await resume.setInputFiles(chosen.path);
  await arrived(page, 'again.pdf').waitFor();
  const since = cut.seen.slice(before).filter(({ path }) => path.includes('/uploads'));
  assert.equal(since[0].method, 'HEAD');
  assert.ok(Number(since[1].offset) >= 2 * MB, JSON.stringify(since));
  assert.equal(await page.locator('.files li').count(), 1);
  await sendAndCompare(page, chosen);
}));

test('another file of the same name and length is another file', () => form(async (page, { cut, own, resume }) => {
  const [first, other] = [file('twin.pdf', 5 * MB), file('twin.pdf', 5 * MB)];
  require('node:fs').utimesSync(other.path, new Date(1e12), new Date(1e12));
  cut.after(MB, second);
  await resume.setInputFiles(first.path);
  await wasCut(page);
  await leave(page, cut, own);
  await resume.setInputFiles(other.path);
  await arrived(page, 'twin.pdf').waitFor();
  assert.equal(await page.locator('.files li').count(), 1);
  await sendAndCompare(page, other);
}));

test('a file that was chosen before the script was there goes piece by piece, too', async () => {
  const [{ public_link: link }, chosen] = [await job(), file('early.pdf', 3 * MB)];
  const { how, cut, close } = await connection();
  try {
    await visit(here(how), async (page) => {
      let release;
      const released = new Promise((resolve) => { release = resolve; });
      await page.route('**/apply.js', async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(link);
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByLabel('Resume').setInputFiles(chosen.path);
      release();
      await arrived(page, 'early.pdf').waitFor();
      assert.equal(cut.seen.filter(({ method, path }) => pieces(method, path)).length, 2);
      await sendAndCompare(page, chosen);
    });
  } finally {
    close();
  }
});

test('whoever sends while a file is on its way sends it along', () => form(async (page, { cut, resume }) => {
  const [chosen, email] = [file('late.pdf', 4 * MB), somebody()];
  await answer(page, email);
  // What was written is saved by now, and says so no more.
  await nothingUnsaved(page);
  cut.after(MB / 2, pieces);
  await resume.setInputFiles(chosen.path);
  await wasCut(page);
  await send(page).click();
  await page.getByText('Your file is still on its way.').waitFor();
  cut.mend();
  await received(page);
  assert.ok((await downloaded(page, page.getByRole('link', { name: /^late\.pdf/ }))).equals(chosen.bytes));
}));

test('a file is cancelled on its way, replaced and removed', () => form(async (page, { cut, resume }) => {
  cut.after(MB / 2, pieces);
  await resume.setInputFiles(file('first.pdf', 20 * MB).path);
  await wasCut(page);
  cut.mend(onward);
  await page.getByRole('button', { name: 'Cancel first.pdf' }).click();
  await page.getByText('first.pdf', { exact: true }).waitFor({ state: 'detached' });
  cut.mend();
  assert.ok(await resume.evaluate((e) => e === document.activeElement));
  await resume.setInputFiles(file('second.pdf', 1_000).path);
  await arrived(page, 'second.pdf').waitFor();
  await resume.setInputFiles(file('third.pdf', 1_000).path);
  await arrived(page, 'third.pdf').waitFor();
  assert.equal(await page.locator('.files li').count(), 1);
  await page.reload();
  await arrived(page, 'third.pdf').waitFor();
  assert.equal(await page.locator('.files li').count(), 1);
  await page.getByRole('button', { name: 'Remove third.pdf' }).click();
  await page.getByText('third.pdf', { exact: true }).waitFor({ state: 'detached' });
  await page.reload();
  assert.equal(await page.locator('.files li').count(), 0);
}));

test('a file that is too large or empty is refused before it is sent', () => form(async (page, { cut, resume }) => {
  await resume.setInputFiles(file('large.pdf', 25 * MB + 1).path);
  await page.getByRole('alert').getByText('This file is larger than 25 MB.').waitFor();
  assert.equal(await resume.getAttribute('aria-invalid'), 'true');
  await accessible(page);
  await resume.setInputFiles(file('empty.pdf', 0).path);
  await page.getByRole('alert').getByText('This file is empty.').waitFor();
  assert.ok(!cut.seen.some(({ path }) => path.includes('/uploads')));
  await resume.setInputFiles(file('right.pdf', 1_000).path);
  await arrived(page, 'right.pdf').waitFor();
  assert.equal(await resume.getAttribute('aria-invalid'), null);
}));

test('leaving asks while a file is on its way', () => form(async (page, { cut, resume }) => {
  let asked = 0;
  page.on('dialog', (dialog) => {
    asked += 1;
    dialog.accept();
  });
  cut.after(MB / 2, pieces);
  await resume.setInputFiles(file('way.pdf', 20 * MB).path);
  await wasCut(page);
  // Only whoever did something on a page is asked.
  await page.getByLabel('Phone').click();
  cut.mend(onward);
  await page.goto('/docs');
  assert.equal(asked, 1);
}));
