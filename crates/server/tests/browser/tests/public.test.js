'use strict';
// What everybody may see.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { demo, visit } = require('../support/browser.js');
const { looksRight } = require('../support/looks.js');

test('the first page looks right', () => looksRight('/', 'home'));
test('the door to the desk looks right', () => looksRight('/desk', 'sign-in'));
test('a page that is not there looks right', () => looksRight('/nowhere', 'missing'));

test('without JavaScript one signs in all the same', () => visit({ javaScriptEnabled: false }, async (page) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Desk' }).first().click();
  await page.getByLabel('E-mail address').fill(demo.desk.email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(demo.desk.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Analytical Engines' }).first().waitFor();
  assert.match(page.url(), /\/desk/);
}));

test('by keyboard the first stop leads past the top', () => visit({}, async (page) => {
  await page.goto('/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'main');
}));
