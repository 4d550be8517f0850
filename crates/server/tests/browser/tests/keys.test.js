'use strict';
// Single keys on the desk: listed, of use, and switched off by whoever does not want them.

const assert = require('node:assert/strict');
const test = require('node:test');
const { api } = require('../support/applying.js');
const { visit } = require('../support/browser.js');
const { signIn } = require('../support/desk.js');
const { accessible, looksRight } = require('../support/looks.js');

const focused = (page) => page.evaluate(() => document.activeElement.id);

async function enter(page, at) {
  await page.goto(at);
  await signIn(page);
  await page.goto(at);
}

const turn = async (page, way) => {
  await page.goto('/desk/account');
  await page.locator('main section').getByRole('button', { name: `Switch single keys ${way}` }).click();
  await page.getByText(`Single keys are ${way}`).first().waitFor();
};

test('a question mark lists the keys, and Escape puts the list away', async () => {
  await visit({}, async (page) => {
    await enter(page, '/desk');
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys' });
    await list.getByText('Search candidates').waitFor();
    await accessible(page);
    // While the list is open, its letters do nothing behind it.
    await page.keyboard.press('/');
    assert.notEqual(await focused(page), 'find');
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    await page.locator('details.me > summary').click();
    await page.getByRole('link', { name: 'Keys', exact: true }).click();
    await list.waitFor();
    await list.getByRole('button', { name: 'Close' }).click();
    await list.waitFor({ state: 'hidden' });
    // Two keys are one when they come soon after each other, by the page's own clock.
    await page.clock.setFixedTime(new Date('2026-03-14T09:26:53Z'));
    await page.keyboard.press('g');
    await page.clock.setFixedTime(new Date('2026-03-14T09:27:53Z'));
    await page.keyboard.press('j');
    assert.equal(new URL(page.url()).pathname, '/desk');
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL('**/desk/jobs');
  });
});

test('the account looks right with its keys', () => looksRight('/desk', 'desk-account-keys', async (page) => {
  await signIn(page);
  await page.goto('/desk/account');
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
}));

test('without JavaScript the list is on the page of the account', async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page, '/desk');
    await page.locator('details.me > summary').click();
    await page.getByRole('link', { name: 'Keys', exact: true }).click();
    await page.waitForURL('**/desk/account#keys');
    await page.locator('main section').getByText('Search candidates').waitFor();
  });
});

/** Calls `use(page)` as a recruiter of one's own, whose keys are nobody else's. */
async function asRecruiter(use) {
  const email = `kay${process.pid}@example.org`;
  let link;
  await visit({}, async (page) => {
    await enter(page, '/desk/members');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Recruiter').check();
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    link = await page.locator('code.whole').innerText();
  });
  await visit({}, async (page) => {
    await page.goto(link);
    await page.getByLabel('Your name').fill('Kay Recruiter');
    await page.getByLabel('A password').fill('green tea on a train');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { level: 1, name: 'Where things stand' }).waitFor();
    await use(page);
  });
}

test('whoever switches them off types letters and nothing else happens, on a board neither', async () => {
  const { data: [job] } = await api('GET', '/jobs');
  const name = `Kay Testkey${process.pid}`;
  await api('POST', '/candidates', { name, emails: [`card${process.pid}@example.org`], job: job.id, answers: { phone: '+47 911 22 334' } });
  await asRecruiter(async (page) => {
    await turn(page, 'off');
    await page.goto('/desk');
    for (const key of ['/', '?', 'g', 'j']) await page.keyboard.press(key);
    assert.notEqual(await focused(page), 'find');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(new URL(page.url()).pathname, '/desk');
    assert.equal(await page.locator('#find').getAttribute('aria-keyshortcuts'), null);
    // A card is still selected by keys: by its box.
    await page.goto(`/desk/jobs/${job.id}/board`);
    const card = page.locator('.card').filter({ hasText: name });
    const box = card.getByRole('checkbox');
    await card.getByRole('link', { name }).focus();
    await page.keyboard.press('x');
    assert.equal(await box.isChecked(), false);
    await page.keyboard.press('Shift+Tab');
    assert.equal(await box.evaluate((one) => one === document.activeElement), true);
    await page.keyboard.press('Space');
    assert.equal(await box.isChecked(), true);
    await accessible(page);
    await turn(page, 'on');
    await page.goto('/desk');
    await page.keyboard.press('/');
    assert.equal(await focused(page), 'find');
  });
});
