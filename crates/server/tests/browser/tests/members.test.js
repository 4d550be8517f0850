'use strict';
// The first run, and members: setting up, signing in with a second step, inviting, changing, removing. On a server of its own.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { PHONE, VIEWS, visit } = require('../support/browser.js');
const { emptyServer, freshCode, signIn } = require('../support/desk.js');
const { accessible, fits, looksRight, shoot } = require('../support/looks.js');

const ADA = { email: 'ada@example.org', password: 'a loom for numbers' };
let server;
before(async () => { server = await emptyServer(); });
after(() => server?.stop());

const here = (how = {}) => ({ baseURL: server.url, ...how });
/** In every view, as Ada. */
async function looks(at, name, prepare = async () => {}) {
  await looksRight('/desk', name, async (page) => {
    await signIn(page, ADA);
    await page.goto(at);
    await prepare(page);
  }, VIEWS, here());
}

test('the first run is for whoever reads the terminal', async () => {
  await looksRight('/setup', 'setup', async (page) => {
    await page.getByRole('button', { name: 'Set up' }).waitFor();
  }, VIEWS, here());
  await looksRight('/setup', 'setup-faults', async (page) => {
    await page.getByLabel('Code').fill(server.code);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('alert').getByText('This is not an e-mail address.').waitFor();
    assert.equal(await page.getByLabel('Code').inputValue(), server.code);
  }, VIEWS, here());
  await visit(here({ javaScriptEnabled: false }), async (page) => {
    await page.goto('/desk');
    assert.match(page.url(), /\/setup$/);
    await page.getByLabel('Code').fill('ABCD-EFGH-JKLM');
    await page.getByLabel('Organization').fill('Looms & Co');
    await page.getByLabel('Your name').fill('Ada Founder');
    await page.getByLabel('Your e-mail address').fill(ADA.email);
    await page.getByLabel('A password').fill('password1234');
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('alert').getByText('not the code').waitFor();
    await page.getByLabel('Code').fill(server.code.toLowerCase());
    await page.getByLabel('A password').fill('password1234');
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('alert').getByText('too easy to guess').waitFor();
    await page.getByLabel('A password').fill(ADA.password);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('heading', { level: 1, name: 'Where things stand' }).waitFor();
    await page.getByRole('link', { name: 'Looms & Co' }).waitFor();
  });
  await visit(here(), async (page) => {
    await page.goto('/setup');
    await page.getByRole('heading', { level: 1, name: 'Sign in to the desk' }).waitFor();
  });
});

test('members, an account and its second step look right to everybody', async () => {
  await looks('/desk/members', 'desk-members');
  await looks('/desk/account', 'desk-account');
  await looks('/desk/account/second-factor', 'desk-second-factor');
  await looksRight('/desk/forgot', 'desk-forgot', undefined, VIEWS, here());
});

test('somebody is invited, joins with the link, and is an interviewer', async () => {
  await visit(here(), async (page) => {
    await page.goto('/desk');
    await signIn(page, ADA);
    await page.getByRole('link', { name: 'Members' }).first().click();
    await page.getByLabel('E-mail address').fill('nobody');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByRole('alert').getByText('This is not an e-mail address.').waitFor();
    await accessible(page);
    await page.getByLabel('E-mail address').fill('ben@example.org');
    await page.getByLabel('Interviewer').check();
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByRole('status').getByText('ben@example.org is invited').waitFor();
    await accessible(page);
    await shoot(page, 'desk-members-invited');
    const link = await page.locator('code.whole').innerText();

    await visit(here({ viewport: PHONE, colorScheme: 'dark' }), async (ben) => {
      await ben.goto(link);
      await ben.getByLabel('Your name').fill('Ben Interviewer');
      await ben.getByLabel('A password').fill('ben@example.org');
      await ben.getByRole('button', { name: 'Join' }).click();
      await ben.getByRole('alert').waitFor();
      await accessible(ben);
      await fits(ben);
      await shoot(ben, 'join-dark-phone');
      await ben.getByLabel('A password').fill('green tea on a train');
      await ben.getByRole('button', { name: 'Join' }).click();
      await ben.getByRole('heading', { level: 1, name: 'Where things stand' }).waitFor();
      const answer = await ben.goto('/desk/members');
      assert.equal(answer.status(), 403);
      await accessible(ben);
      const again = await ben.goto(link);
      assert.equal(again.status(), 404);

      await page.goto('/desk/members');
      await page.getByRole('link', { name: 'Ben Interviewer' }).click();
      await accessible(page);
      await shoot(page, 'desk-member');
      await page.getByLabel('Auditor').check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('status').getByText('Ben Interviewer is changed.').waitFor();
      await ben.goto('/desk/members');
      await ben.getByRole('heading', { level: 1, name: 'Members' }).waitFor();

      await page.getByRole('link', { name: 'Remove Ben Interviewer' }).click();
      await accessible(page);
      await shoot(page, 'desk-confirm');
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('status').getByText('is removed').waitFor();
      await ben.goto('/desk/members');
      await ben.getByRole('heading', { level: 1, name: 'Sign in to the desk' }).waitFor();
    });
  });
});

test('the last owner cannot go', async () => {
  await visit(here({ javaScriptEnabled: false }), async (page) => {
    await page.goto('/desk');
    await signIn(page, ADA);
    await page.goto('/desk/members');
    await page.getByRole('link', { name: 'Ada Founder' }).click();
    await page.getByLabel('Auditor').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('this is the last one').waitFor();
  });
});

test('with a second step one signs in by a code, or by a recovery code, each once', async () => {
  let secret;
  let recovery;
  await visit(here(), async (page) => {
    await page.goto('/desk');
    await signIn(page, ADA);
    await page.goto('/desk/account');
    await page.getByRole('link', { name: 'Set up a second step' }).click();
    secret = await page.locator('code.whole').innerText();
    await page.getByLabel('The code that the app shows now').fill('000000');
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByRole('alert').waitFor();
    await accessible(page);
    await page.getByLabel('The code that the app shows now').fill(await freshCode(secret, 0));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByRole('heading', { level: 1, name: 'The second step is on' }).waitFor();
    await accessible(page);
    await shoot(page, 'desk-codes');
    recovery = await page.locator('.codes code').first().innerText();
  });
  const next = () => freshCode(secret, 1);
  for (const [typed, passes] of [['123456', false], [recovery.toLowerCase(), true], [recovery, false], [next, true]]) {
    await visit(here({ javaScriptEnabled: false }), async (page) => {
      await page.goto('/desk/account');
      await page.getByLabel('E-mail address').fill(ADA.email);
      await page.getByLabel('Password').fill(ADA.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Your code, please' }).waitFor();
      await page.getByLabel('Code').fill(typed === next ? await next() : typed);
      await page.getByRole('button', { name: 'Go on' }).click();
      const heading = passes ? 'Your account' : 'Your code, please';
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      if (!passes) await page.getByRole('alert').waitFor();
    });
  }
});
