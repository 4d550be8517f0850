'use strict';
// A PDF to look at, on the page of whoever sent it: pictures of its pages, in a box that keys reach; what cannot be shown says so.

const assert = require('node:assert/strict');
const test = require('node:test');
const { PHONE, visit } = require('../support/browser.js');
const { api, filesRead } = require('../support/demo.js');
const { signIn } = require('../support/desk.js');
const { accessible, looksRight } = require('../support/looks.js');
const { resume } = require('../support/people.js');

let people = 0;
/** Somebody with this file, which was read: { id, name }. */
async function sender(content) {
  const n = `${process.pid}${people += 1}`;
  const name = `Pia Picture${n}`;
  const made = await api('POST', '/candidates', {
    name, emails: [`pia${n}@example.org`], files: [{ name: 'cv.pdf', kind: 'resume', content: content.toString('base64') }],
  });
  const { id } = made.candidate;
  await filesRead(id);
  return { id, name };
}

const good = () => sender(resume('Pia Picture', ['Platform engineer', 'Lumen Rail'], ['Rust', 'SQLite']));

/** How many pixels of an image are not white: nothing, when nothing is drawn. */
const ink = (image) => image.evaluate(async (img) => {
  await img.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
  const drawing = canvas.getContext('2d');
  drawing.drawImage(img, 0, 0);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) dark += data[at] < 128 ? 1 : 0;
  return dark;
});

test('the pages of a résumé are on the page of the person, and larger on their own', async () => {
  const { id, name } = await good();
  for (const javaScriptEnabled of [true, false]) {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto(`/desk/candidates/${id}`);
      await signIn(page);
      await page.goto(`/desk/candidates/${id}`);
      const first = page.getByRole('img', { name: 'Page 1 of 2' });
      await first.scrollIntoViewIfNeeded();
      await first.waitFor();
      if (javaScriptEnabled) assert.ok(await ink(first) > 2_000, 'there is something on the page');
      const { width, height } = await first.boundingBox();
      assert.ok(Math.abs(height / width - 1698 / 1200) < 0.01, `it is ${width} by ${height}`);
      // The box scrolls by keys.
      const box = page.getByRole('region', { name: 'Pages of cv.pdf' });
      await box.focus();
      await page.keyboard.press('End');
      if (javaScriptEnabled) await page.waitForFunction(() => document.querySelector('.sheets').scrollTop > 0);
      await page.getByRole('link', { name: 'Larger' }).click();
      await page.getByRole('heading', { level: 1, name: 'cv.pdf' }).waitFor();
      await page.getByRole('img', { name: 'Page 2 of 2' }).waitFor();
      await page.getByRole('link', { name: 'Its text' }).click();
      await page.getByText('Nine years of services').waitFor();
      await page.getByRole('link', { name }).click();
    });
  }
});

test('a file that cannot be shown says so, and can be downloaded', async () => {
  const { id } = await sender(Buffer.from('%PDF-1.7\n\0\xff no file at all', 'latin1'));
  await visit({ viewport: PHONE }, async (page) => {
    await page.goto(`/desk/candidates/${id}`);
    await signIn(page);
    await page.goto(`/desk/candidates/${id}`);
    await page.getByText('Its pages cannot be shown: the file is damaged').waitFor();
    assert.equal(await page.getByRole('img', { name: /^Page/ }).count(), 0);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'cv.pdf' }).click()]);
    assert.equal(download.suggestedFilename(), 'cv.pdf');
    await accessible(page);
  });
});

test('pages look right to everybody', async () => {
  const { id } = await good();
  const { attachments: [file] } = await api('GET', `/candidates/${id}`);
  for (const [at, name] of [[`/desk/candidates/${id}`, 'desk-candidate-pages'], [`/desk/files/${file.id}/pages`, 'desk-pages']]) {
    await looksRight('/desk', name, async (page) => {
      await signIn(page);
      await page.goto(at);
      const first = page.getByRole('img', { name: 'Page 1 of 2' });
      await first.scrollIntoViewIfNeeded();
      await page.waitForFunction(() => document.querySelector('.drawn img').naturalWidth === 1200);
      await page.evaluate(() => scrollTo(0, 0));
    });
  }
});
