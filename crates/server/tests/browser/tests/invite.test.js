'use strict';
// Inviting people: one, many, from a file; with a look at what will happen first.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { CORNERS, thereAre, until, visit, whole } = require('../support/browser.js');
const { accessible, accessibleWithoutScript, looksRight } = require('../support/looks.js');
const { signIn } = require('../support/desk.js');
const { api, downloaded, somebody } = require('../support/applying.js');

let jobs = 0;
async function job() {
  jobs += 1;
  return api('POST', '/jobs', { title: `Keeper ${process.pid} ${jobs}`, stages: ['Applied', 'Offer'] });
}

const enter = async (page, at = '/desk/invite') => {
  await page.goto(at);
  await signIn(page);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const row = (page, text) => page.getByRole('row').filter({ hasText: text });

test('the form looks right to everybody, also with what is wrong', async () => {
  await job();
  await looksRight('/desk/invite', 'invite', (page) => signIn(page));
  await looksRight('/desk/invite', 'invite-faults', async (page) => {
    await signIn(page);
    await page.getByLabel('Valid for how many days').fill('1000');
    await page.getByRole('button', { name: 'Show what will happen' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'Please choose a job.' }).waitFor();
  }, CORNERS);
});

test('a pasted list says of each row what will happen, and then it happens', async () => {
  const { title, id } = await job();
  const [known, fresh] = [somebody(), somebody()];
  await api('POST', '/candidates', { full_name: 'Ada Lovelace', emails: [{ value: known }], job: id });
  await visit({}, async (page) => {
    await enter(page);
    await page.getByLabel('To which job').selectOption(title);
    await page.getByLabel('Who').fill(`Name;E-mail\nGrace;${fresh}\nAda;${known}\nGrace again;${fresh}\nNobody;nowhere\n`);
    await page.getByRole('button', { name: 'Show what will happen' }).click();
    await row(page, 'Nobody').getByText('left out').waitFor();
    await row(page, 'Grace again').getByText('Further up on the list already').waitFor();
    await row(page, known).getByText('Has applied already').waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Invite 1 person' }).click();
    await page.getByRole('heading', { level: 1, name: /^Invited people/ }).waitFor();
    await row(page, 'Grace').first().getByText('Invited', { exact: true }).waitFor();
    const text = (await downloaded(page, page.getByRole('link', { name: /^Download/ }))).toString();
    assert.match(text, new RegExp(`${fresh},Grace,Invited`));
    assert.equal(text.trim().split('\n').length, 5);
    await accessible(page);
  });
});

test('without JavaScript a file is read, its columns chosen, and one looks again', async () => {
  const { title } = await job();
  const people = Array.from({ length: 130 }, (_, n) => `J\u00f6rg;${n};${somebody()}`).join('\r\n');
  await visit({ javaScriptEnabled: false }, async (page) => {
    await enter(page);
    await page.getByLabel('To which job').selectOption(title);
    await page.getByLabel('Or a file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(people, 'latin1') });
    await page.getByLabel('Mail everybody their link').uncheck();
    await page.getByRole('button', { name: 'Show what will happen' }).click();
    await page.getByRole('button', { name: 'Invite 130 people' }).waitFor();
    assert.equal(await row(page, 'J\u00f6rg').count(), 0);
    await page.getByText('Which column is what').click();
    await page.getByLabel('Full name').selectOption('Column 1');
    await page.getByRole('button', { name: 'Read the list anew' }).click();
    await thereAre(100, row(page, 'J\u00f6rg'));
    await page.getByRole('link', { name: /^Rows after/ }).click();
    await thereAre(30, row(page, 'J\u00f6rg'));
    await accessibleWithoutScript(page);
    await page.getByRole('button', { name: 'Invite 130 people' }).click();
    await page.getByRole('heading', { level: 1, name: /^Invit(ing|ed) people/ }).waitFor();
    await until('the list is worked through', async () => {
      await whole(page);
      if (await page.getByRole('heading', { level: 1, name: /^Invited people/ }).count()) return true;
      await page.getByRole('link', { name: 'Look again' }).click();
      return false;
    }, { every: 200 });
    await page.getByText('130 of 130 done').waitFor();
    const text = (await downloaded(page, page.getByRole('link', { name: /^Download/ }))).toString();
    assert.equal(text.match(/\/apply\//g).length, 130);
  });
});

test('a list looks right before and after', async () => {
  const { title } = await job();
  await looksRight('/desk/invite', 'invite-list', async (page) => {
    await signIn(page);
    await page.getByLabel('To which job').selectOption(title);
    await page.getByLabel('Who').fill(`Name,Mail\nGrace Hopper,${somebody()}\n=1+1,nowhere`);
    await page.getByLabel('What you want to say').fill('Come and see the sea.');
    await page.getByRole('button', { name: 'Show what will happen' }).click();
    await page.getByRole('button', { name: 'Invite 1 person' }).waitFor();
  });
  await looksRight('/desk/invite', 'invite-done', async (page) => {
    await signIn(page);
    await page.getByLabel('To which job').selectOption(title);
    await page.getByLabel('Who').fill(`${somebody()}\n${somebody()}`);
    await page.getByRole('button', { name: 'Show what will happen' }).click();
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByRole('heading', { level: 1, name: /^Invited people/ }).waitFor();
  }, CORNERS);
});
