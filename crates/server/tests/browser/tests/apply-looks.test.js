'use strict';
// Every page that an applicant can come to, in every view, with a script and without. Look at shots/apply-*.png: this is what
// a company is judged by.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { demo, visit } = require('../support/browser.js');
const { looksRight } = require('../support/looks.js');
const {
  answer, api, applications, arrived, begin, elsewhere, file, invite, job, received, saved, send, somebody, spoil,
} = require('../support/applying.js');

/** With a script, and without: what is added to a picture's name, and how to visit. */
const BOTH = [['', {}], ['-plain', { javaScriptEnabled: false }]];

/** In every view, with a script and without; `make` answers an address, afresh for each of the two where it is a function. */
async function inBoth(make, name, prepare) {
  for (const [suffix, how] of BOTH) {
    const at = typeof make === 'function' ? await make() : make;
    await looksRight(at, `${name}${suffix}`, prepare && ((page) => prepare(page, !suffix)), undefined, { extraHTTPHeaders: elsewhere(), ...how });
  }
}

/** One's own link of an application that was begun, and what `prepare` made of it. */
async function own(link, prepare = async () => {}) {
  let at;
  await visit({ extraHTTPHeaders: elsewhere() }, async (page) => {
    at = await begin(page, link);
    await prepare(page);
  });
  return at;
}

const says = (title) => (page) => page.getByRole('heading', { level: 1, name: title }).waitFor();

test('the job\'s public page', async () => {
  const { public_link: link } = await job();
  await inBoth(link, 'apply-job');
  for (const tag of ['de', 'es', 'fr']) await looksRight(`${link}?lang=${tag}`, `apply-job-${tag}`);
});

test('the job\'s public page, to somebody who has begun on this device', async () => {
  const { public_link: link } = await job();
  await inBoth('/', 'apply-job-begun', async (page) => {
    await begin(page, link);
    await page.goto(link);
    await page.getByRole('button', { name: 'Continue your application' }).waitFor();
  });
});

test('the form, empty', async () => {
  const { public_link: link } = await job();
  await inBoth(() => own(link), 'apply-form');
});

test('the form with its faults', async () => {
  const { public_link: link } = await job();
  await inBoth(() => own(link), 'apply-faults', async (page) => {
    await page.getByLabel('Your website').fill('nowhere');
    await send(page).click();
    await page.getByRole('alert').waitFor();
  });
});

test('the form, filled in, saved and with files', async () => {
  const { public_link: link } = await job();
  const filled = () => own(link, async (page) => {
    await answer(page, somebody());
    await page.getByLabel('Why do you want').fill('I like trees.\n\nAnd people who like them.');
    await page.getByLabel('Resume').setInputFiles(file('a-rather-long-name-of-a-resume-in-english-2026.pdf', 900_000).path);
    await arrived(page, 'a-rather-long').waitFor();
  });
  await inBoth(filled, 'apply-filled', async (page, script) => {
    await page.getByLabel('Years of experience').fill('7');
    if (script) {
      // Sends no more than a first piece, so that the picture shows one on its way.
      await page.route('**/uploads/*', (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()));
      await page.getByLabel('Resume').setInputFiles(file('newer.pdf', 9_000_000).path);
      await page.getByText('it goes on by itself').waitFor();
      await saved(page);
    } else {
      await page.getByRole('button', { name: 'Save and come back later' }).last().click();
      await page.getByText('We have sent the link to').waitFor();
    }
  });
});

test('the form without a connection, and what waits for one', async () => {
  const { public_link: link } = await job();
  await looksRight(await own(link), 'apply-offline', async (page) => {
    await page.context().setOffline(true);
    await page.getByLabel('Why do you want').fill('From a train');
    await page.getByText('There is no connection. What you enter is kept').waitFor();
  });
});

test('the form and its faults in the other languages', async () => {
  const { public_link: link } = await job();
  for (const tag of ['de', 'es', 'fr']) {
    await inBoth(async () => `${await own(link)}?lang=${tag}`, `apply-form-${tag}`);
    await inBoth(async () => `${await own(link)}?lang=${tag}`, `apply-faults-${tag}`, async (page) => {
      await page.locator('button[value=submit]').click();
      await page.getByRole('alert').waitFor();
    });
  }
});

test('an invite, with a message', async () => {
  const link = await invite(somebody(), { email_message: 'We read your paper and would love to talk.\n\nAnna' });
  await inBoth(link, 'apply-invite', async (page) => page.getByText('I do not want to apply').click());
});

/** An application that was sent: the link of it. */
const sent = (link) => own(link, async (page) => {
  await answer(page, somebody());
  await page.getByLabel('Resume').setInputFiles(file('resume.pdf', 200_000).path);
  await arrived(page, 'resume.pdf').waitFor();
  await send(page).click();
  await received(page);
});

test('the receipt, and after taking it back', async () => {
  const { public_link: link } = await job();
  const at = await sent(link);
  await inBoth(at, 'apply-sent', async (page) => page.getByText('Withdraw the application').click());
  for (const tag of ['de', 'es', 'fr']) await looksRight(`${at}?lang=${tag}`, `apply-sent-${tag}`);
  await inBoth(() => sent(link), 'apply-withdrawn', async (page) => {
    await page.getByText('Withdraw the application').click();
    await page.getByRole('button', { name: 'Withdraw now' }).click();
    await says('You have withdrawn')(page);
  });
});

test('the receipt of an application that has ended', async () => {
  const { public_link: link } = await job();
  const email = somebody();
  const at = await own(link, async (page) => {
    await answer(page, email);
    await page.getByLabel('Resume').setInputFiles(file('resume.pdf', 2_000).path);
    await arrived(page, 'resume.pdf').waitFor();
    await send(page).click();
    await received(page);
  });
  const [application] = await applications(email);
  await api('POST', `/applications/${application.id}/dispose`, { disposition: 'rejected', reason: 'Filled' });
  await inBoth(at, 'apply-ended', (page) => page.getByText('has finished with this application').waitFor());
});

test('the link that proves an address', async () => {
  const [{ public_link: link }, email] = [await job(), somebody()];
  await own(link, async (page) => {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Save and come back later' }).last().click();
    await page.getByText(`We have sent the link to ${email}`).waitFor();
  });
  const proof = await mailed(email, /http[^"\\ ]*\/confirm\/[^"\\ ]+/);
  await inBoth(proof, 'apply-confirm', async (page) => page.getByRole('button', { name: 'Yes, this is my address' }).waitFor());
});

/** What `pattern` finds in the newest mail to this address. */
async function mailed(email, pattern) {
  let [after, found] = ['', undefined];
  do {
    const { data, next } = await api('GET', `/outbox?limit=200${after}`);
    const mine = data.map((mail) => JSON.stringify(mail)).filter((text) => text.includes(email));
    found = mine.at(-1)?.match(pattern)?.[0] ?? found;
    after = next && `&after=${encodeURIComponent(next)}`;
  } while (after);
  assert.ok(found, 'no such mail');
  return found;
}

// --- links that lead no further say why ------------------------------------------------------------------------------

test('a link that was never sent, and a job that never was', async () => {
  await inBoth('/apply/nothing-that-was-ever-sent', 'apply-unknown', says('This link leads nowhere'));
  await inBoth('/confirm/nothing-that-was-ever-sent', 'apply-unknown-proof', says('This link leads nowhere'));
  await inBoth('/jobs/nothing-that-was-ever-open', 'apply-no-job', says('There is no such job'));
});

test('an invite that has expired, and one that was revoked', async () => {
  const [late, taken] = [somebody(), somebody()];
  const expired = await invite(late);
  await spoil(late, 'expires_at = 1');
  await inBoth(expired, 'apply-expired', says('This invite has expired'));
  const revoked = await invite(taken);
  await spoil(taken, "state = 'revoked'");
  await inBoth(revoked, 'apply-revoked', says('This invite is no longer valid'));
});

test('an invite that was declined', () => inBoth(() => invite(somebody()), 'apply-declined', async (page) => {
  await page.getByText('I do not want to apply').click();
  await page.getByRole('button', { name: 'Decline the invite' }).click();
  await says('This invite was declined')(page);
}));

test('an invite that was used', async () => {
  const used = await invite(somebody());
  await visit({}, async (page) => {
    await page.goto(used);
    await page.getByLabel('Phone').fill('+44 20 7946 0001');
    await send(page).click();
    await received(page);
  });
  await inBoth(used, 'apply-used', received);
});

test('an invite whose application came by another way', async () => {
  const email = somebody();
  const link = await invite(email);
  // A direct application completes the open invite, under the same application.
  const [pending] = await applications(email);
  const made = await api('POST', '/candidates', {
    name: 'Ada Lovelace', emails: [email], job: pending.job, answers: { phone: '+44 20 7946 0001' },
  });
  assert.equal(made.application.id, pending.id);
  await inBoth(link, 'apply-elsewhere', async (page) => {
    await received(page);
    await page.getByText('It was not sent through this page, so there is nothing to show here.').waitFor();
    assert.equal(await page.getByText(email).count(), 0, 'an old link tells whose it was');
  });
  for (const tag of ['de', 'es', 'fr']) await looksRight(`${link}?lang=${tag}`, `apply-elsewhere-${tag}`);
});

test('a job that was closed', async () => {
  const closing = await job();
  const begun = await own(closing.public_link);
  await api('PATCH', `/jobs/${closing.id}`, { status: 'closed' });
  await inBoth(begun, 'apply-closed', says('This job is closed'));
  await inBoth(closing.public_link, 'apply-closed-job', says('This job is closed'));
});

test('a file that is not there, in the person\'s language', async () => {
  const { public_link: link } = await job();
  const at = await sent(link);
  await inBoth(`${at}?file=99`, 'apply-no-file', says('There is no such file'));
  for (const [tag, title] of [['de', 'Diese Datei gibt es nicht'], ['es', 'No existe ese archivo'], ['fr', 'Ce fichier n’existe pas']]) {
    await looksRight(`${at}?file=99&lang=${tag}`, `apply-no-file-${tag}`, says(title));
  }
});

test('a form that was not sent from here', async () => {
  const { public_link: link } = await job();
  await inBoth(() => own(link), 'apply-foreign', async (page) => {
    // Without the note that the form is ours, as a page of somebody else's would send it.
    await page.getByRole('heading', { name: 'About you' }).waitFor();
    await page.locator('input[name=csrf]').evaluate((input) => input.remove());
    await page.getByLabel('Your full name').fill('Ada');
    await send(page).click();
    await says('This form was not sent from here')(page);
  });
});

test('too many tries', async () => {
  const from = elsewhere();
  for (let n = 0; n < 61; n += 1) await fetch(`${demo.url}/apply/a-guess-${n}`, { headers: from });
  for (const [suffix, how] of BOTH) {
    await looksRight('/apply/another-guess', `apply-busy${suffix}`, says('Too many tries'), undefined, { extraHTTPHeaders: from, ...how });
  }
});
