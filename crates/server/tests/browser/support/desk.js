'use strict';
// What stories of the desk share.

const { demo } = require('./browser.js');

/** Fills in the sign-in that the page shows, as the demo's owner unless told otherwise. */
async function signIn(page, { email, password } = demo.desk) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('details.me').waitFor({ state: 'attached' });
}

module.exports = { signIn };
