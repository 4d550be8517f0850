'use strict';
// Every page that an applicant can come to, in every view. Look at shots/apply-*.png: this is what a company is judged by.

const { test } = require('node:test');
const { CORNERS, visit } = require('../support/browser.js');
const { looksRight } = require('../support/looks.js');
const {
  answer, api, arrived, begin, elsewhere, file, invite, job, received, saved, send, somebody, spoil,
} = require('../support/applying.js');

/** One's own link of an application that was begun, and what `prepare` made of it. */
async function own(link, prepare = async () => {}) {
  let at;
  await visit({ extraHTTPHeaders: elsewhere() }, async (page) => {
    at = await begin(page, link);
    await prepare(page);
  });
  return at;
}

test('the job\'s public page', async () => {
  const { public_link: link } = await job();
  await looksRight(link, 'apply-job');
  await looksRight(`${link}?lang=de`, 'apply-job-de', undefined, CORNERS);
});

test('the form, empty, with its faults, and filled in', async () => {
  const { public_link: link } = await job();
  await looksRight(await own(link), 'apply-form');
  await looksRight(await own(link), 'apply-faults', async (page) => {
    await page.getByLabel('Your website').fill('nowhere');
    await send(page).click();
    await page.getByRole('alert').waitFor();
  });
  const filled = await own(link, async (page) => {
    await answer(page, somebody());
    await page.getByLabel('Why do you want').fill('I like trees.\n\nAnd people who like them.');
    await page.getByLabel('Resume').setInputFiles(file('a-rather-long-name-of-a-resume-in-english-2026.pdf', 900_000).path);
    await arrived(page, 'a-rather-long').waitFor();
  });
  await looksRight(filled, 'apply-filled', async (page) => {
    // Sends no more than a first piece, so that the picture shows one on its way.
    await page.route('**/uploads/*', (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()));
    await page.getByLabel('Resume').setInputFiles(file('newer.pdf', 9_000_000).path);
    await page.getByText('it goes on by itself').waitFor();
    await page.getByLabel('Years of experience').fill('7');
    await saved(page);
  });
});

test('the form in the other languages', async () => {
  const { public_link: link } = await job();
  for (const tag of ['de', 'es', 'fr']) {
    await looksRight(`${await own(link)}?lang=${tag}`, `apply-form-${tag}`, async (page) => {
      await page.locator('button[value=submit]').click();
      await page.getByRole('alert').waitFor();
    }, [CORNERS[1]]);
  }
});

test('an invite, with a message', async () => {
  const link = await invite(somebody(), { email_message: 'We read your paper and would love to talk.\n\nAnna' });
  await looksRight(link, 'apply-invite', async (page) => page.getByText('I do not want to apply').click(), CORNERS);
});

test('the receipt, and after taking it back', async () => {
  const { public_link: link } = await job();
  const sent = await own(link, async (page) => {
    await answer(page, somebody());
    await page.getByLabel('Resume').setInputFiles(file('resume.pdf', 200_000).path);
    await arrived(page, 'resume.pdf').waitFor();
    await send(page).click();
    await received(page);
  });
  await looksRight(sent, 'apply-sent', async (page) => page.getByText('Withdraw the application').click());
  await looksRight(sent, 'apply-withdrawn', async (page) => {
    const withdraw = page.getByText('Withdraw the application');
    if (await withdraw.count()) {
      await withdraw.click();
      await page.getByRole('button', { name: 'Withdraw now' }).click();
    }
    await page.getByRole('heading', { level: 1, name: 'You have withdrawn' }).waitFor();
  }, CORNERS);
});

test('the link that proves an address', async () => {
  const [{ public_link: link }, email] = [await job(), somebody()];
  await own(link, async (page) => {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Save and come back later' }).last().click();
    await page.getByText(`We have sent the link to ${email}`).waitFor();
  });
  const { data } = await api('GET', '/outbox?limit=200');
  const mail = data.find((m) => JSON.stringify(m).includes(email));
  const [proof] = JSON.stringify(mail).match(/http[^"\\ ]*\/confirm\/[^"\\ ]+/);
  await looksRight(proof, 'apply-confirm', async (page) => page.getByRole('button', { name: 'Yes, this is my address' }).waitFor(), CORNERS);
});

test('links that lead no further say why', async () => {
  const says = (title) => (page) => page.getByRole('heading', { level: 1, name: title }).waitFor();
  await looksRight('/apply/nothing-that-was-ever-sent', 'apply-unknown', says('This link leads nowhere'), CORNERS);

  const [late, taken, no] = [somebody(), somebody(), somebody()];
  const expired = await invite(late);
  await spoil(late, 'expires_at = 1');
  await looksRight(expired, 'apply-expired', says('This invite has expired'), CORNERS);
  const revoked = await invite(taken);
  await spoil(taken, "state = 'revoked'");
  await looksRight(revoked, 'apply-revoked', says('This invite is no longer valid'), CORNERS);

  const declined = await invite(no);
  await looksRight(declined, 'apply-declined', async (page) => {
    const decline = page.getByText('I do not want to apply');
    if (await decline.count()) {
      await decline.click();
      await page.getByRole('button', { name: 'Decline the invite' }).click();
    }
    await says('This invite was declined')(page);
  }, CORNERS);

  const closing = await job();
  const begun = await own(closing.public_link);
  await api('PATCH', `/jobs/${closing.id}`, { status: 'closed' });
  await looksRight(begun, 'apply-closed', says('This job is closed'), CORNERS);
  await looksRight(closing.public_link, 'apply-closed-job', says('This job is closed'), CORNERS);
});
