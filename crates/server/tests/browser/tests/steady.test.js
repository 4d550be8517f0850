'use strict';
// Nothing moves under the hand: every page of the desk, and those of applicants, on a desktop and on a phone.

const assert = require('node:assert/strict');
const test = require('node:test');
const { begin, elsewhere, invite, job, somebody } = require('../support/applying.js');
const { DESKTOP, until, visit } = require('../support/browser.js');
const { filesRead } = require('../support/demo.js');
const { signIn } = require('../support/desk.js');
const { furnish } = require('../support/people.js');
const { everyPage, shifted, watch } = require('../support/steady.js');

/** What web.dev calls good is 0.1; a page whose every box has its place has none. */
const MOST = 0.01;
/** A phone as people have them. */
const PHONE = { width: 390, height: 844 };

let furnished;
/** People once, for both ways to look. */
const people = () => { furnished ??= furnish(); return furnished; };

async function still(page, at) {
  const { sum, what } = await shifted(page);
  assert.ok(sum < MOST, `${at} moves by ${sum.toFixed(4)}: ${what.join('\n')}`);
}

test('what moves is noticed', async () => {
  await visit({}, async (page) => {
    await watch(page);
    await page.goto('/docs');
    await still(page, '/docs');
    await page.evaluate(() => document.querySelector('main').prepend(Object.assign(document.createElement('p'), { className: 'lead', textContent: 'x '.repeat(900) })));
    await until('the move is noticed', async () => {
      const { sum, what } = await shifted(page);
      return sum > MOST && what.length > 0;
    });
  });
});

for (const [name, viewport] of [['a desktop', DESKTOP], ['a phone', PHONE]]) {
  test(`no page of the desk moves while it comes, on ${name}`, async () => {
    const { job: { id }, people: all } = await people();
    const withFile = all[1].id;
    await filesRead(withFile);
    await visit({ viewport }, async (page) => {
      await page.goto('/desk');
      await signIn(page);
      await watch(page);
      const starts = ['/desk', `/desk/candidates/${withFile}`, `/desk/jobs/${id}`, `/desk/jobs/${id}/board`, '/desk/search?q=engineer'];
      const seen = await everyPage(page, starts, still);
      for (const part of ['/desk/jobs/*/board', '/desk/candidates/*', '/desk/files/*/pages', '/desk/numbers', '/desk/account', '/desk/members', '/desk/integrations', '/desk/invite']) {
        assert.ok(seen.includes(part), `${part} was not seen, only ${seen.join(' ')}`);
      }
    });
  });

  test(`nor does a page of an applicant, on ${name}`, async () => {
    const { public_link: posting } = await job();
    const link = await invite(somebody());
    await visit({ viewport, extraHTTPHeaders: elsewhere() }, async (page) => {
      await watch(page);
      for (const at of ['/', '/desk', '/nowhere', posting, link]) {
        await page.goto(at);
        await still(page, at);
      }
      const own = await begin(page, posting);
      await page.goto(own);
      await still(page, own);
    });
  });
}
