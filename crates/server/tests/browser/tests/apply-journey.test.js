'use strict';
// The whole way from a job's page to a withdrawn application, in each view, with a script and without: every page on it is for
// everybody, and what one is to press is never out of reach.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { VIEWS, visit } = require('../support/browser.js');
const { accessible, accessibleWithoutScript, fits } = require('../support/looks.js');
const { answer, applications, arrived, begin, elsewhere, file, invite, job, received, send, somebody } = require('../support/applying.js');

for (const [word, javaScriptEnabled] of [['with', true], ['without', false]]) {
  for (const { name, colorScheme, viewport } of VIEWS) {
    const how = () => ({ extraHTTPHeaders: elsewhere(), javaScriptEnabled, colorScheme, viewport });
    const right = async (page) => {
      await fits(page);
      await (javaScriptEnabled ? accessible : accessibleWithoutScript)(page);
    };

    test(`${word} JavaScript, ${name}: from the job's page to the receipt, and back`, async () => {
      const [{ public_link: link }, email] = [await job(), somebody()];
      const resume = file('resume.pdf', 40_000);
      await visit(how(), async (page) => {
        await page.goto(link);
        await right(page);
        await begin(page, link);
        await right(page);
        await page.getByLabel('Resume').setInputFiles(resume.path);
        if (javaScriptEnabled) await arrived(page, 'resume.pdf').waitFor();
        await send(page).click();
        await page.getByRole('alert').getByText('There are 4 things to look at').waitFor();
        await right(page);
        await answer(page, email);
        await page.getByLabel('Rake').check();
        await right(page);
        await send(page).click();
        await received(page);
        await right(page);
        await page.getByText('Withdraw the application').click();
        await right(page);
        await page.getByRole('button', { name: 'Withdraw now' }).click();
        await page.getByRole('heading', { level: 1, name: 'You have withdrawn your application' }).waitFor();
        await right(page);
      });
      const [application, ...more] = await applications(email);
      assert.deepEqual(more, []);
      assert.equal(application.disposition, 'withdrawn');
    });

    test(`${word} JavaScript, ${name}: by an invite`, async () => {
      const email = somebody();
      const link = await invite(email, { email_message: 'Please come.' });
      await visit(how(), async (page) => {
        await page.goto(link);
        await right(page);
        await page.getByText('I do not want to apply').click();
        await right(page);
        await page.getByLabel('Phone').fill('+44 20 7946 0001');
        await send(page).click();
        await received(page);
        await right(page);
      });
      const [application, ...more] = await applications(email);
      assert.deepEqual([application.pending, more], [false, []]);
    });
  }
}
