'use strict';
// Candidates at the desk: finding them by mouse, by keys and without JavaScript; a candidate's page; two who are one.

const assert = require('node:assert/strict');
const test = require('node:test');
const { api } = require('../support/demo.js');
const { until, visit } = require('../support/browser.js');
const { signIn } = require('../support/desk.js');
const { looksRight } = require('../support/looks.js');

let people = 0;
/** A candidate whom nobody else is called like: { id, name }. */
async function candidate(more = {}) {
  const n = `${process.pid}${people += 1}`;
  const name = `Ada Testwell${n}`;
  const jobs = await api('GET', '/jobs');
  const made = await api('POST', '/candidates', {
    name,
    emails: [`ada${n}@example.org`, `ada.lovelace${n}@a-rather-long-name-of-a-company.example.org`],
    phones: [`+47 9${n.padStart(8, '1').slice(-8)}`],
    title: 'Programmer', company: 'Analytical Engines', skills: ['Punched cards', `Skill${n}`], tags: ['top talent'],
    summary: 'Wrote the first programme, and saw further than others what an engine might do.',
    experience: [{ title: 'Translator', company: 'Taylor’s Scientific Memoirs' }],
    job: jobs.data[0].id, answers: { phone: '+47 911 22 333' },
    files: [{ name: 'cv.txt', kind: 'resume', content: Buffer.from(`Notes on the engine ${n}\nwith a diagram`).toString('base64') }],
    ...more,
  });
  return { id: made.candidate.id, name, n };
}

/** Waits until the candidate is found. */
const indexed = (name) => until(`${name} is found`, async () => {
  const found = await api('GET', `/candidates?q=${encodeURIComponent(`"${name}"`)}`);
  return found.data.length > 0;
});

/** Opens a page of the desk as its owner. */
async function enter(page, at) {
  await page.goto(at);
  await signIn(page);
  await page.goto(at);
}

test('a candidate is found while one types, by the keyboard alone', async () => {
  const { id, name } = await candidate();
  await indexed(name);
  await visit({}, async (page) => {
    await enter(page, '/desk');
    await page.keyboard.press('/');
    await page.keyboard.type(name.toLowerCase().slice(0, -1));
    const list = page.getByRole('listbox', { name: 'Candidates' });
    await list.getByRole('option', { name }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await list.isVisible(), false);
    await page.keyboard.type(name.slice(-1));
    await list.getByRole('option', { name }).waitFor();
    await page.keyboard.press('ArrowDown');
    const field = page.getByRole('combobox', { name: 'Search candidates' });
    const active = await field.getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/desk/candidates/${id}`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
  });
});

test('a list that was put away by Escape is not opened again by an answer that comes late', async () => {
  const { name } = await candidate();
  await indexed(name);
  await visit({}, async (page) => {
    await enter(page, '/desk');
    const list = page.getByRole('listbox', { name: 'Candidates' });
    let held;
    await page.route(/search\.json/, (route) => {
      const query = new URL(route.request().url()).searchParams.get('q');
      if (query.endsWith('!')) held = route;
      else route.continue();
    });
    await page.keyboard.press('/');
    await page.keyboard.type(name.toLowerCase());
    await list.getByRole('option', { name }).waitFor();
    await page.keyboard.type(' !');
    await until('the next question', () => held);
    await page.keyboard.press('Escape');
    assert.equal(await list.isVisible(), false);
    await held.fulfill({ json: { hits: [{ name: 'Somebody', to: '/desk' }], all: '/desk/search' } }).catch(() => {});
    // What is asked later is answered later: that answer has come, if it was still waited for.
    await page.evaluate(() => fetch('/desk/account').then((answer) => answer.text()));
    assert.equal(await list.isVisible(), false);
    await page.keyboard.press('Backspace');
    await list.getByRole('option', { name }).waitFor();
  });
});

test('the same without JavaScript, with operators, and a search is kept', async () => {
  const { name, n } = await candidate();
  await indexed(name);
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page, '/desk/search');
    await page.getByLabel('Names, addresses, phones, skills, notes, files').fill(`skill${n} tag:"top talent" is:open`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { level: 2, name: '1 candidate' }).waitFor();
    await page.getByLabel('Keep this search as').fill(`Kept ${n}`);
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByText('The search is kept.').waitFor();
    await page.getByRole('link', { name: `Kept ${n}` }).click();
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  });
});

test('a note, a tag, an edit and a move', async () => {
  const { id, name } = await candidate();
  await visit({}, async (page) => {
    await enter(page, `/desk/candidates/${id}`);
    await page.getByLabel('Write a note').fill('Spoke on the phone.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByText('The note is added.').waitFor();
    await page.getByLabel('Add a tag').fill('call back');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Remove the tag call back' }).click();
    await page.getByText('The tag “call back” is removed.').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Title').fill('Countess');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The changes are saved.').waitFor();
    const title = page.locator('.record > div').filter({ hasText: 'Countess' });
    await title.getByText('1 earlier').click();
    await title.getByText('Programmer').waitFor();
    await page.getByLabel('Move to').selectOption({ label: 'Screen' });
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('The application is moved.').waitFor();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText(/^Moved to Screen/).waitFor();
  });
});

test('two who are one become one, and two again', async () => {
  const first = await candidate();
  const second = await candidate({ phones: [`+47 9${first.n.padStart(8, '1').slice(-8)}`] });
  await visit({}, async (page) => {
    await enter(page, `/desk/candidates/${first.id}`);
    await page.getByRole('link', { name: `Compare with ${second.name}` }).click();
    await page.getByRole('heading', { level: 1, name: 'One person?' }).waitFor();
    await page.getByLabel('End the newer application as withdrawn').check();
    await page.getByRole('button', { name: 'Make them one' }).click();
    await page.getByText('Both are one person now.').waitFor();
    await page.goto(`/desk/candidates/${second.id}`);
    await page.waitForURL(`**/desk/candidates/${first.id}`);
    await page.getByRole('button', { name: 'Make them two again' }).click();
    await page.getByText('They are two people again.').waitFor();
    await page.goto(`/desk/candidates/${second.id}`);
    await page.getByRole('heading', { level: 1, name: second.name }).waitFor();
  });
});

test('the pages of candidates look right to everybody', async () => {
  const one = await candidate();
  const two = await candidate({ phones: [`+47 9${one.n.padStart(8, '1').slice(-8)}`] });
  await indexed(two.name);
  await api('POST', `/candidates/${one.id}/notes`, { body: 'A calm conversation.\nWants to start in May.' });
  const inside = (at) => async (page) => {
    await signIn(page);
    await page.goto(at);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const at = `/desk/candidates/${one.id}`;
  for (const [path, name, ready] of [
    ['/desk/candidates', 'desk-candidates'],
    [at, 'desk-candidate', async (page) => {
      for (const summary of await page.locator('main details > summary').all()) {
        if (await summary.isVisible()) await summary.click();
      }
    }],
    [`${at}/edit`, 'desk-candidate-edit'],
    [`${at}/sent`, 'desk-candidate-sent'],
    [`${at}/merge?with=${two.id}`, 'desk-candidate-merge'],
    [`/desk/search?q=${encodeURIComponent('testwell punched job:nobody')}`, 'desk-search-nobody'],
    ['/desk/search?q=engine', 'desk-search'],
  ]) {
    await looksRight(path, name, async (page) => {
      await inside(path)(page);
      await ready?.(page);
    });
  }
  await looksRight('/desk', 'desk-search-typing', async (page) => {
    await signIn(page);
    await page.keyboard.press('/');
    await page.keyboard.type('testwell');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
  });
});
