'use strict';
// Jobs at the desk: made, shaped and closed, with a mouse, with keys, and without JavaScript.

const assert = require('node:assert/strict');
const test = require('node:test');
const { becomes, visit, whole } = require('../support/browser.js');
const { job } = require('../support/applying.js');
const { signIn } = require('../support/desk.js');
const { accessible, fits, looksRight, shoot } = require('../support/looks.js');

let made = 0;
const title = () => `Weaver ${process.pid}-${made++}`;

async function enter(page, at) {
  await page.goto('/desk');
  if (await page.getByLabel('Password').isVisible()) await signIn(page);
  await page.goto(at);
}

/** A new job's page; answers its address. */
async function begin(page, name) {
  await enter(page, '/desk/jobs/new');
  await page.getByLabel('Title').fill(name);
  await page.getByRole('button', { name: 'Make the job' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  return page.url();
}

const names = async (page) => {
  await whole(page);
  return page.locator('input[name="stage.name"]').evaluateAll((all) => all.map((one) => one.value));
};
const said = (page, words) => page.getByRole('status').filter({ hasText: words }).waitFor();

test('every page of a job looks right to everybody', async () => {
  const { id } = await job({ title: title() });
  for (const [at, name] of [
    ['/desk/jobs', 'jobs'], ['/desk/jobs/new', 'new'], [`/desk/jobs/${id}`, 'job'], [`/desk/jobs/${id}/edit`, 'edit'],
    [`/desk/jobs/${id}/stages`, 'stages'], [`/desk/jobs/${id}/form`, 'form'], [`/desk/jobs/${id}/form/new`, 'question'],
    [`/desk/jobs/${id}/form/preview`, 'preview'],
  ]) {
    await looksRight('/desk', `desk-job-${name}`, async (page) => {
      await signIn(page);
      const answer = await page.goto(at);
      assert.equal(answer.status(), 200, at);
    });
  }
});

test('a job is made, asked about, opened to the public, closed and reopened, without JavaScript', async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page, '/desk/jobs/new');
    await page.getByRole('button', { name: 'Make the job' }).click();
    await page.getByRole('alert').getByText('A job needs a title.').waitFor();
    const name = title();
    const at = await begin(page, name);

    await page.getByRole('link', { name: 'change it' }).click();
    await page.getByRole('link', { name: 'Add a question' }).click();
    await page.getByLabel('Question').fill('Which looms do you know?');
    await page.getByLabel('Any of several').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('at least two options').waitFor();
    await page.getByLabel('Options').fill('Dobby\nJacquard\n');
    await page.getByLabel('Whoever applies must answer it').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'The question is added');
    await page.getByRole('link', { name: 'Preview' }).click();
    await page.getByLabel('Jacquard').check();
    await page.getByRole('button', { name: 'Send the application' }).click();
    await said(page, 'nothing was sent');

    await page.goto(`${at}/edit`);
    await page.getByLabel('Days for which').fill('0');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('from 1 to 365').waitFor();
    await page.getByLabel('Days for which').fill('30');
    await page.getByLabel('Description').fill('You weave.');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'The job is saved');
    await page.getByText('Valid for 30 days').waitFor();

    await page.getByRole('button', { name: 'Open the page' }).click();
    await said(page, 'The public page is open');
    const link = await page.locator('#public-link').innerText();
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText('You weave.').waitFor();
    await page.goto(at);
    await page.getByRole('button', { name: 'Close it' }).click();
    await said(page, 'The job is closed');
    await page.getByRole('button', { name: 'Reopen it' }).click();
    await said(page, 'The job is open');
  });
});

test('stages are put in order by buttons, also without JavaScript, and one alone is not overwritten unseen', async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    const at = await begin(page, title());
    await page.goto(`${at}/stages`);
    await page.getByRole('button', { name: /^Up\s*: Interview$/ }).click();
    await said(page, 'Nothing is saved yet');
    await page.getByRole('button', { name: /^Remove\s*: Offer$/ }).click();
    await page.getByLabel('Stage 4', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add a stage' }).click();
    await page.getByLabel('Stage 4', { exact: true }).fill('Trial day');
    await visit({}, async (other) => {
      await enter(other, `${at}/stages`);
      await other.getByLabel('Stage 1', { exact: true }).fill('Arrived');
      await other.getByRole('button', { name: 'Save', exact: true }).click();
      await said(other, 'The stages are saved');
    });
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByRole('alert').getByText('Somebody changed this job').waitFor();
    await accessibleText(page);
    assert.deepEqual(await names(page), ['Applied', 'Interview', 'Screen', 'Trial day']);
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await said(page, 'The stages are saved');
    await page.goto(`${at}/stages`);
    assert.deepEqual(await names(page), ['Applied', 'Interview', 'Screen', 'Trial day']);
  });
});

/** What a script would look at, where none may run: that something is said. */
async function accessibleText(page) {
  await whole(page);
  assert.equal(await page.getByRole('alert').count(), 1);
}

test('stages are put in order by keys and by a drag', async () => {
  await visit({}, async (page) => {
    const at = await begin(page, title());
    await page.goto(`${at}/stages`);
    await page.getByRole('button', { name: /^Down\s*: Applied$/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await said(page, 'Applied is now number 3 of 4.');
    assert.deepEqual(await names(page), ['Screen', 'Interview', 'Applied', 'Offer']);
    await accessible(page);
    await fits(page);
    const rows = page.locator('li[data-row]');
    await rows.nth(3).dragTo(rows.nth(0), { sourcePosition: { x: 5, y: 5 }, targetPosition: { x: 60, y: 5 } });
    await becomes(() => names(page), ['Offer', 'Screen', 'Interview', 'Applied']);
    await shoot(page, 'desk-job-stages-moved');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await said(page, 'The stages are saved');
    await page.goto(`${at}/stages`);
    assert.deepEqual(await names(page), ['Offer', 'Screen', 'Interview', 'Applied']);
  });
});
