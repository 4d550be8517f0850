'use strict';
// The page of numbers: what became of a period's applications, as pictures, as tables and as files.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const { visit, whole } = require('../support/browser.js');
const { everyView } = require('../support/looks.js');
const { api, invite, somebody } = require('../support/applying.js');
const { signIn } = require('../support/desk.js');

/** A job with people in its stages, some hired and some not: its title. */
async function busy() {
  const title = `Clockmaker ${somebody().replace(/\D+/g, ' ').trim()}`;
  const made = await api('POST', '/jobs', { title, stages: ['Applied', 'Screening by telephone', 'Interview', 'Offer'] });
  const ids = made.stages.map((stage) => stage.id);
  for (const [n, source, to, ended] of [
    [0, 'Job page', 3, 'hired'], [1, 'Job page', 2, 'rejected'], [2, 'A rather long name of a fair for clockmakers and others', 1, null],
    [3, 'Referral', 0, 'withdrawn'], [4, 'Job page', 0, null], [5, '=HYPERLINK("http://example.org")', 0, null],
  ]) {
    const { application } = await api('POST', '/candidates', { name: `Person ${n}`, emails: [somebody()], job: made.id, source });
    for (const stage of ids.slice(1, to + 1)) await api('POST', `/applications/${application.id}/advance`, { to_stage: stage });
    if (ended) await api('POST', `/applications/${application.id}/dispose`, { disposition: ended, reason: 'Decided' });
  }
  return title;
}

test('the numbers of all jobs and of one look right', async () => {
  const title = await busy();
  await invite(somebody());
  await visit({}, async (page) => {
    await page.goto('/desk/numbers');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Numbers' }).waitFor();
    await everyView(page, 'numbers-all');
    await page.getByLabel('Job', { exact: true }).selectOption({ label: title });
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText(`for “${title}”`).waitFor();
    await whole(page);
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    await everyView(page, 'numbers-job');
    await page.getByLabel('From').fill('');
    await page.goto('/desk/numbers?from=2030-01-01&to=2020-01-01');
    await page.getByRole('alert').getByText('The first day must not be after the last one.').waitFor();
    await everyView(page, 'numbers-fault');
    await page.goto('/desk/numbers?from=2001-01-01&to=2001-12-31');
    await page.getByText('There is nothing to count in this period.').first().waitFor();
    await everyView(page, 'numbers-none');
  });
});

test('without JavaScript a file holds what its table shows, and no formula', async () => {
  const title = await busy();
  await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto('/desk/numbers');
    await signIn(page);
    await page.getByLabel('Job', { exact: true }).selectOption({ label: title });
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText(`for “${title}”`).waitFor();
    for (const name of ['Funnel', 'Time in stage', 'Time to the end', 'Sources']) {
      const part = page.getByRole('region', { name, exact: true });
      await part.getByText('As a table').click();
      const shown = await part.locator('tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
      const [download] = await Promise.all([page.waitForEvent('download'), part.getByRole('link', { name: `${name} as CSV` }).click()]);
      const text = fs.readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '');
      const read = text.trimEnd().split(/\r?\n/).map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .map(([, cell]) => cell.replace(/^"|"$/g, '').replaceAll('""', '"')).slice(0, shown[0].length));
      assert.deepEqual(read, shown.map((row) => row.map((cell) => (/^[=+@-]/.test(cell) ? `'${cell}` : cell))), name);
      assert.ok(shown.length > 1, `${name} is empty`);
    }
    const funnel = page.getByRole('region', { name: 'Funnel', exact: true });
    const cells = await funnel.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((c) => c.textContent)));
    assert.deepEqual(cells, [
      ['Applied', '6', '100 %', '2'], ['Screening by telephone', '3', '50 %', '1'], ['Interview', '2', '33 %', '0'], ['Offer', '1', '17 %', '0'],
    ]);
  });
});
