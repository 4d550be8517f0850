'use strict';
// The desk: its frame and its overview, for a mouse, for keys, and without JavaScript.

const assert = require('node:assert/strict');
const test = require('node:test');
const { PHONE, demo, visit } = require('../support/browser.js');
const { looksRight } = require('../support/looks.js');
const { signIn } = require('../support/desk.js');

test('the overview looks right to everybody', async () => {
  await looksRight('/desk', 'desk-overview', async (page) => {
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Where things stand' }).waitFor();
  });
});

test('the sign-in says at its field what is wrong', async () => {
  await looksRight('/desk', 'desk-sign-in', async (page) => {
    await page.getByLabel('E-mail address').fill(demo.desk.email);
    await page.getByLabel('Password').fill('not this');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
  });
});

test('a phone has a menu, also without JavaScript', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await visit({ viewport: PHONE, javaScriptEnabled }, async (page) => {
      await page.goto('/desk');
      await signIn(page);
      const menu = page.getByRole('navigation', { name: 'Desk, all parts' });
      assert.equal(await menu.isVisible(), false);
      await page.getByText('Menu', { exact: true }).click();
      await menu.getByRole('link', { name: 'Overview' }).waitFor();
      assert.equal(await menu.getByRole('link', { name: 'Overview' }).getAttribute('aria-current'), 'page');
    });
  }
});

test('whoever signs out is out', async () => {
  await visit({}, async (page) => {
    await page.goto('/desk');
    await signIn(page);
    await page.locator('summary').filter({ hasText: 'Menu' }).waitFor({ state: 'hidden' });
    await page.locator('details.me > summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in to the desk' }).waitFor();
  });
});
