'use strict';
// A job's board: for a mouse, for keys, without JavaScript, and for two who look at it at once.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { CORNERS, demo, thereAre, until, visit } = require('../support/browser.js');
const { accessible, accessibleWithoutScript, looksRight, shoot } = require('../support/looks.js');
const { signIn } = require('../support/desk.js');
const { api, somebody } = require('../support/applying.js');

const STAGES = ['Applied', 'Screen', 'Interview', 'Offer'];

/** A job of its own with these people in its first stage; each { name, tags?, source? }. */
async function boardOf(people) {
  const job = await api('POST', '/jobs', { title: 'Lighthouse Keeper', stages: STAGES });
  for (const { name, ...more } of people) {
    await api('POST', '/candidates', { full_name: name, emails: [{ value: somebody() }], job: job.id, source: 'Web', ...more });
  }
  return { ...job, board: `/desk/jobs/${job.id}/board` };
}

const enter = async (page, at) => {
  await page.goto(at);
  await signIn(page);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const column = (page, name) => page.getByRole('region', { name: new RegExp(`^${name}`) });
const card = (page, name) => page.locator('.card').filter({ has: page.getByRole('link', { name, exact: true }) });
const inColumn = (page, where, name) => column(page, where).getByRole('link', { name, exact: true });

test('the board looks right to everybody', async () => {
  const many = Array.from({ length: 30 }, (_, n) => ({ name: `Person ${n} of the Long Name`, tags: n % 3 ? ['rust'] : ['remote', 'graduate'] }));
  const { board } = await boardOf(many);
  await looksRight(board, 'board', async (page) => {
    await signIn(page);
    await page.locator('.card').first().waitFor();
  });
  await looksRight(`${board}?tag=rust&from=nonsense`, 'board-filter', async (page) => {
    await signIn(page);
    await page.getByRole('alert').first().waitFor();
  }, CORNERS);
  await looksRight(board, 'board-selected', async (page) => {
    await signIn(page);
    await page.getByLabel('Select Person 27 of the Long Name').check();
    await page.getByText('1 selected:').waitFor();
    await page.locator('.move summary').first().click();
  }, CORNERS);
});

test('a card is dragged to another column, and stays there', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }]);
  await visit({}, async (page) => {
    await enter(page, board);
    await card(page, 'Ada Lovelace').dragTo(column(page, 'Interview'));
    await inColumn(page, 'Interview', 'Ada Lovelace').waitFor();
    await page.getByRole('status').filter({ hasText: 'Ada Lovelace is in Interview now.' }).waitFor({ state: 'attached' });
    await column(page, 'Interview').getByText('1', { exact: true }).waitFor();
    await page.reload();
    await inColumn(page, 'Interview', 'Ada Lovelace').waitFor();
    await inColumn(page, 'Applied', 'Grace Hopper').waitFor();
  });
});

test('with keys alone one goes about the board and carries a card', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }, { name: 'Alan Turing' }]);
  await visit({}, async (page) => {
    await enter(page, board);
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    await column(page, 'Applied').getByRole('checkbox', { name: /^All/ }).focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Alan Turing');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'Grace Hopper');
    // Put back by Escape: nothing has happened.
    await page.keyboard.press('Space');
    const status = page.locator('#say');
    await status.filter({ hasText: 'Grace Hopper picked up in Applied' }).waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowRight');
    await status.filter({ hasText: 'Over Screen' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await status.filter({ hasText: 'Grace Hopper put back in Applied' }).waitFor({ state: 'attached' });
    await inColumn(page, 'Applied', 'Grace Hopper').waitFor();
    // Carried over two columns and dropped.
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await status.filter({ hasText: 'Grace Hopper is in Interview now.' }).waitFor({ state: 'attached' });
    await inColumn(page, 'Interview', 'Grace Hopper').waitFor();
    await page.waitForFunction(() => document.activeElement.textContent === 'Grace Hopper');
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await focused(), 'Grace Hopper');
    // Selected by a key, and moved with the others.
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+X');
    await page.getByText('2 selected:').waitFor();
    await accessible(page);
    await page.reload();
    await inColumn(page, 'Interview', 'Grace Hopper').waitFor();
  });
});

test('without JavaScript a form on each card moves it', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }]);
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page, board);
    await accessibleWithoutScript(page);
    await card(page, 'Ada Lovelace').locator('summary').click();
    await page.getByLabel('New stage of Ada Lovelace').selectOption('Offer');
    await card(page, 'Ada Lovelace').getByRole('button', { name: 'Move' }).click();
    await page.getByText('Ada Lovelace is in Offer now.').waitFor();
    await inColumn(page, 'Offer', 'Ada Lovelace').waitFor();
    // And with those that are ticked.
    await page.getByLabel('Select Grace Hopper').check();
    await page.getByLabel('Stage', { exact: true }).selectOption('Screen');
    await page.getByRole('button', { name: 'Move there' }).click();
    await page.getByText('1 application moved to Screen.').waitFor();
    await inColumn(page, 'Screen', 'Grace Hopper').waitFor();
  });
});

test('a stale move is refused with who was first, and can be made all the same', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }]);
  await visit({ javaScriptEnabled: false }, async (late) => {
    await enter(late, board);
    await visit({ javaScriptEnabled: false }, async (page) => {
      await enter(page, board);
      await card(page, 'Ada Lovelace').locator('summary').click();
      await page.getByLabel('New stage of Ada Lovelace').selectOption('Interview');
      await card(page, 'Ada Lovelace').getByRole('button', { name: 'Move' }).click();
      await page.getByText('Ada Lovelace is in Interview now.').waitFor();
    });
    await card(late, 'Ada Lovelace').locator('summary').click();
    await late.getByLabel('New stage of Ada Lovelace').selectOption('Screen');
    await card(late, 'Ada Lovelace').getByRole('button', { name: 'Move' }).click();
    await late.getByRole('alert').filter({ hasText: 'Anna Recruiter put Ada Lovelace into Interview' }).waitFor();
    await accessibleWithoutScript(late);
    await late.getByRole('button', { name: 'Move Ada Lovelace to Screen all the same' }).click();
    await inColumn(late, 'Screen', 'Ada Lovelace').waitFor();
  });
});

test('two who look at a board see what the other does', async () => {
  const { id, board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }]);
  await visit({}, async (one) => {
    await enter(one, board);
    await visit({}, async (two) => {
      await enter(two, board);
      await card(one, 'Ada Lovelace').dragTo(column(one, 'Screen'));
      await inColumn(two, 'Screen', 'Ada Lovelace').waitFor();
      await card(two, 'Grace Hopper').dragTo(column(two, 'Offer'));
      await inColumn(one, 'Offer', 'Grace Hopper').waitFor();
      // Somebody who applies meanwhile comes by themselves.
      await api('POST', '/candidates', { full_name: 'Alan Turing', emails: [{ value: somebody() }], job: id });
      await inColumn(one, 'Applied', 'Alan Turing').waitFor();
      await inColumn(two, 'Applied', 'Alan Turing').waitFor();
    });
  });
});

test('a long column loads as one scrolls', async () => {
  const people = Array.from({ length: 75 }, (_, n) => ({ name: `Person ${n}` }));
  const { board } = await boardOf(people);
  await visit({}, async (page) => {
    await enter(page, board);
    const cards = column(page, 'Applied').locator('.card');
    await thereAre(20, cards);
    let count;
    await until(() => `${count} of 75 cards`, async () => {
      await column(page, 'Applied').locator('.cards').evaluate((list) => list.scrollTo(0, list.scrollHeight));
      count = await cards.count();
      return count >= 75;
    });
    assert.equal(count, 75);
    const names = await cards.locator('.name a').allTextContents();
    assert.equal(new Set(names).size, 75);
  });
  // The same by links.
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page, board);
    await column(page, 'Applied').getByRole('link', { name: /^More/ }).click();
    await page.getByRole('heading', { level: 1, name: /Applied/ }).waitFor();
    await thereAre(50, page.locator('.card'));
    await page.getByRole('link', { name: /^More/ }).click();
    await thereAre(5, page.locator('.card'));
  });
});

test('many are rejected after one has seen the mail', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }, { name: 'Alan Turing' }]);
  await visit({}, async (page) => {
    await enter(page, board);
    await page.getByLabel('Select Alan Turing').click();
    await page.getByLabel('Select Ada Lovelace').click({ modifiers: ['Shift'] });
    await page.getByText('3 selected:').waitFor();
    await page.getByLabel('Select Grace Hopper').click();
    await page.getByText('2 selected:').waitFor();
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByRole('heading', { level: 1, name: 'Reject 2 applications?' }).waitFor();
    await page.getByLabel('What you want to say').fill('We liked your letter.');
    await page.getByRole('button', { name: 'Show the mail anew' }).click();
    await page.getByRole('article').filter({ hasText: 'We liked your letter.' }).waitFor();
    await page.getByLabel('Tell them by mail').check();
    await accessible(page);
    await page.getByRole('button', { name: 'Reject 2' }).click();
    await page.getByText('2 applications rejected and told.').waitFor();
    await page.getByRole('link', { name: 'Rejected 2' }).click();
    await page.getByRole('heading', { level: 1, name: /Rejected/ }).waitFor();
    await card(page, 'Ada Lovelace').waitFor();
    await thereAre(2, page.locator('.card'));
  });
});

test('a filter is an address', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace', tags: ['rust'] }, { name: 'Grace Hopper', source: 'Fair' }]);
  await visit({}, async (page) => {
    await enter(page, board);
    await page.getByText('Filter', { exact: true }).first().click();
    await page.getByLabel('Tag', { exact: true }).first().selectOption('rust');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/tag=rust/);
    await card(page, 'Ada Lovelace').waitFor();
    await thereAre(1, page.locator('.card'));
    await page.goto(`${board}?source=Fair`);
    await card(page, 'Grace Hopper').waitFor();
    await thereAre(1, page.locator('.card'));
    assert.equal(demo.url, new URL(page.url()).origin);
  });
});

test('people of one board are invited to another job', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }]);
  const other = await api('POST', '/jobs', { title: `Harbour Master ${process.pid}`, stages: STAGES });
  await visit({}, async (page) => {
    await enter(page, board);
    await column(page, 'Applied').getByRole('checkbox', { name: /^All/ }).check();
    await page.getByText('2 selected:').waitFor();
    await page.getByRole('button', { name: 'Invite to a job…' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('link', { name: 'Please choose a job.' }).waitFor();
    await accessible(page);
    await page.getByLabel('To which job').selectOption(other.title);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('row').filter({ hasText: 'Ada Lovelace' }).getByText('Known person: will be invited').waitFor();
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByRole('heading', { level: 1, name: /^Invited people/ }).waitFor();
    // On the other board they wait, and a card that waits does not move.
    await page.goto(`/desk/jobs/${other.id}/board`);
    await card(page, 'Ada Lovelace').getByText('Invited', { exact: true }).waitFor();
    assert.equal(await card(page, 'Ada Lovelace').locator('.move').count(), 0);
    await card(page, 'Ada Lovelace').getByRole('link').focus();
    await page.keyboard.press('Space');
    await page.locator('#say').filter({ hasText: 'Ada Lovelace cannot be moved.' }).waitFor({ state: 'attached' });
  });
});

test('what many came to is told row by row', async () => {
  const { board } = await boardOf([{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }]);
  await visit({ javaScriptEnabled: false }, async (late) => {
    await enter(late, board);
    await visit({ javaScriptEnabled: false }, async (page) => {
      await enter(page, board);
      await card(page, 'Ada Lovelace').locator('summary').click();
      await page.getByLabel('New stage of Ada Lovelace').selectOption('Offer');
      await card(page, 'Ada Lovelace').getByRole('button', { name: 'Move' }).click();
      await page.getByText('Ada Lovelace is in Offer now.').waitFor();
    });
    await late.getByLabel('Select Ada Lovelace').check();
    await late.getByLabel('Select Grace Hopper').check();
    await late.getByLabel('Stage', { exact: true }).selectOption('Screen');
    await late.getByRole('button', { name: 'Move there' }).click();
    await late.getByRole('heading', { level: 1, name: '1 of 2 applications moved to Screen' }).waitFor();
    await late.getByRole('row').filter({ hasText: 'Ada Lovelace' }).getByText('Nothing was changed: Anna Recruiter put').waitFor();
    await accessibleWithoutScript(late);
    await shoot(late, 'board-done');
  });
});
