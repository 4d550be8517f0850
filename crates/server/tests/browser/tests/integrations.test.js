'use strict';
// The desk's integrations: keys that are shown once, webhooks from their making to a replay, also without JavaScript.

const assert = require('node:assert/strict');
const http = require('node:http');
const test = require('node:test');
const { demo, thereAre, until, visit, whole } = require('../support/browser.js');
const { looksRight } = require('../support/looks.js');
const { signIn } = require('../support/desk.js');

/** A receiver that answers with this status; its address, and a way to end it. */
async function receiver(status) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status).end('heard you'));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/hooks`, close: () => server.close() };
}

/** Looks again until this stands on the page, which changes by itself only when it is loaded anew. */
const comes = (page, locator) => until(`${locator}`, async () => {
  if (await locator.isVisible()) return true;
  await page.reload();
  return locator.isVisible();
});

async function add(page, url) {
  await page.goto('/desk/integrations/webhooks/new');
  await page.getByLabel('Address', { exact: true }).fill(url);
  await page.getByLabel('What is it for?').fill('the reporting');
  await page.getByLabel('Every event, also kinds that come later').check();
  await page.getByRole('button', { name: 'Add it, and show the secret' }).click();
}

test('a webhook is added, pinged, replayed and removed without JavaScript', async () => {
  const { url, close } = await receiver(200);
  try {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto('/desk/integrations');
      await signIn(page);
      await add(page, 'nowhere');
      await page.getByRole('alert').getByText('Write an http or https address').waitFor();
      await add(page, url);
      await page.getByText(/^whsec_/).waitFor();
      await page.getByText(/^whpk_/).waitFor();
      await page.getByRole('link', { name: 'I have it' }).click();
      await page.getByRole('button', { name: 'Send a ping' }).click();
      await page.getByText('A ping is on its way').waitFor();
      const ping = page.getByRole('row').filter({ hasText: 'webhook.ping' });
      await comes(page, ping.getByText('Delivered'));
      await page.getByLabel('Events since').fill('2020-01-01');
      await page.getByRole('button', { name: 'How many are that?' }).click();
      await page.getByText(/^That is [\d,]+ events?\.$/).waitFor();
      await page.getByRole('button', { name: 'Deliver again', exact: true }).click();
      await page.getByText('delivered again.').waitFor();
      await page.getByRole('button', { name: 'Draw another secret' }).click();
      await page.getByText(/^whsec_/).waitFor();
      await page.getByRole('link', { name: 'I have it' }).click();
      await page.getByText('Two secrets sign').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('Nothing is sent now.').waitFor();
      await page.getByRole('button', { name: 'Remove this webhook' }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.getByText('The webhook was removed.').waitFor();
    });
  } finally {
    close();
  }
});

test('a key is made, shown once and revoked', async () => {
  await visit({}, async (page) => {
    await page.goto('/desk/integrations');
    await signIn(page);
    const api = page.getByRole('article').filter({ hasText: '/api/v1' });
    await api.getByText('Make a key').click();
    await api.getByLabel('What is it for?').fill('a passing key');
    await api.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText(/^mus_/).waitFor();
    await page.getByRole('link', { name: 'I have it' }).click();
    await page.getByRole('link', { name: 'Revoke a passing key' }).waitFor();
    await whole(page);
    assert.equal(await page.getByText(/mus_/).count(), 0);
    await page.getByRole('link', { name: 'Revoke a passing key' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('The key was revoked.').waitFor();
    await whole(page);
    assert.equal(await page.getByText('a passing key').count(), 0);
  });
});

test('the overview, the form and a webhook that fails look right to everybody', async () => {
  const { url, close } = await receiver(500);
  try {
    let hook;
    await visit({}, async (page) => {
      await page.goto('/desk/integrations');
      await signIn(page);
      await add(page, url);
      await page.getByRole('link', { name: 'I have it' }).click();
      await page.getByRole('button', { name: 'Send a ping' }).waitFor();
      hook = new URL(page.url()).pathname;
      await page.getByRole('button', { name: 'Send a ping' }).click();
      const ping = page.getByRole('row').filter({ hasText: 'webhook.ping' });
      await comes(page, ping.getByText('Given up'));
    });
    const signedIn = (heading) => async (page) => {
      await signIn(page);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    };
    await looksRight('/desk/integrations', 'desk-integrations', signedIn('Integrations'));
    await looksRight('/desk/integrations/webhooks/new', 'desk-webhook-new', signedIn('Add a webhook'));
    await looksRight(hook, 'desk-webhook', signedIn('Webhook to 127.0.0.1'));
  } finally {
    close();
  }
});

/** Connects Lever, which is at `url`; the path of its page. */
async function connect(page, name, url) {
  await page.goto('/desk/integrations/destinations/new');
  await page.getByLabel('Lever').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('alert').getByText('API key is required.').waitFor();
  await page.getByLabel('API key', { exact: true }).fill('a-secret');
  await page.getByLabel('Perform as').fill('somebody');
  await page.getByLabel(/^Address/).fill(url);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByText('Connected. Try the connection').waitFor();
  return new URL(page.url()).pathname;
}

test('a system is connected, tried, given jobs and a rule, and removed without JavaScript', async () => {
  const { url, close } = await receiver(401);
  try {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto('/desk/integrations');
      await signIn(page);
      const place = await connect(page, 'Lever, Berlin', url);
      assert.equal((await page.content()).includes('a-secret'), false);
      await page.getByRole('button', { name: 'Try the connection' }).click();
      await page.getByText('The connection did not work').waitFor();
      await page.getByRole('link', { name: 'Table of jobs' }).click();
      await page.getByRole('table').getByRole('textbox').first().fill('far-17');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('1 line is saved.').waitFor();
      await page.goto(place);
      await page.getByText('1 job is matched with one of yours.').waitFor();
      await page.getByRole('link', { name: 'Add a rule' }).click();
      await page.getByRole('button', { name: 'Add the rule' }).click();
      await page.getByRole('alert').getByText('Choose when somebody is carried.').waitFor();
      await page.getByLabel('Is hired').check();
      await page.getByLabel('Through these sources').fill('Nowhere in particular');
      await page.getByLabel('Lever, Berlin').check();
      await page.getByRole('button', { name: 'Add the rule' }).click();
      await page.getByText('From now on: Everybody who is hired through Nowhere in particular goes to Lever, Berlin.').waitFor();
      await page.goto(place);
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.getByText('Nothing is carried there now.').waitFor();
      await page.getByRole('button', { name: 'Remove this destination' }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.getByText('The destination was removed.').waitFor();
    });
  } finally {
    close();
  }
});

test('a call is tried dry and then made, without JavaScript', async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto('/desk/integrations');
    await signIn(page);
    await page.getByRole('link', { name: /^Try it.*own/i }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').getByText('API key is needed').waitFor();
    await page.getByLabel('API key').fill(demo.native.api_key);
    await page.getByLabel(/^Dry run/).check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('A dry run: nothing was kept.').waitFor();
    const id = JSON.parse(await page.locator('#answer-body').textContent()).candidate.id;
    const known = await fetch(`${demo.native.base_url}/candidates/${id}`, { headers: { authorization: `Bearer ${demo.native.api_key}` } });
    assert.equal(known.status, 404);
    await page.getByLabel('API key').fill(demo.native.api_key);
    await page.getByLabel(/^Dry run/).uncheck();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Created: done').waitFor();
    const made = JSON.parse(await page.locator('#answer-body').textContent()).candidate.id;
    await page.goto(`/desk/candidates/${made}`);
    await page.getByRole('heading', { level: 1, name: /^Mary Somerville/ }).waitFor();
  });
});

test('new calls and events come by themselves, and are there without a script too', async () => {
  const call = (name) => fetch(`${demo.native.base_url}/candidates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.native.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  for (const [at, words] of [['/desk/integrations/log', 'POST /api/v1/candidates'], ['/desk/integrations/events', 'was added']]) {
    await visit({}, async (page) => {
      await page.goto(at);
      await signIn(page);
      await page.getByText('Live: new rows come by themselves.').waitFor();
      // What else comes, of webhooks that fail meanwhile, is not counted.
      const fresh = page.locator('tr.new').filter({ hasText: words });
      assert.equal(await fresh.count(), 0);
      await call('Live <b>Person</b>');
      await thereAre(1, fresh);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('Paused.').waitFor();
      await call('Unheard Person');
      await page.waitForTimeout(1500);
      assert.equal(await fresh.count(), 1);
      await page.getByRole('button', { name: 'Go on' }).click();
      await thereAre(2, fresh);
    });
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(at);
      await signIn(page);
      await page.getByRole('row').filter({ hasText: words }).first().waitFor();
    });
  }
});

test('destinations, rules, accounts, the log, the feed and the form of a call look right to everybody', async () => {
  const { url, close } = await receiver(401);
  try {
    let place;
    await visit({}, async (page) => {
      await page.goto('/desk/integrations');
      await signIn(page);
      place = await connect(page, 'Lever, for its looks', url);
      await page.getByRole('button', { name: 'Try the connection' }).click();
      await page.getByText('The connection did not work').waitFor();
      await page.goto('/desk/integrations/rules/new');
      await page.getByLabel('Applies').check();
      await page.getByLabel('Through these sources').fill('Nowhere in particular');
      await page.getByLabel('Lever, for its looks').check();
      await page.getByRole('button', { name: 'Add the rule' }).click();
      await page.getByText('From now on:').waitFor();
    });
    const signedIn = (heading) => async (page) => {
      await signIn(page);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    };
    for (const [at, name, heading] of [
      ['/desk/integrations', 'desk-integrations-full', 'Integrations'],
      ['/desk/integrations/destinations/new', 'desk-place-choose', 'Connect a system'],
      ['/desk/integrations/destinations/new?connector=greenhouse', 'desk-place-form', 'Connect Greenhouse'],
      [place, 'desk-place', /^Lever, for its looks/],
      [`${place}/jobs`, 'desk-place-jobs', 'Table of jobs'],
      ['/desk/integrations/systems/lever', 'desk-system', 'Lever'],
      ['/desk/integrations/rules/new', 'desk-rule-new', 'Add a rule'],
      ['/desk/integrations/accounts', 'desk-accounts', 'Linked accounts'],
      ['/desk/integrations/log', 'desk-log', 'Live log'],
      ['/desk/integrations/events', 'desk-events', 'Events'],
    ]) {
      await looksRight(at, name, signedIn(heading));
    }
    await looksRight('/desk/integrations/try/native', 'desk-try', async (page) => {
      await signIn(page);
      await page.getByLabel('API key').fill(demo.native.api_key);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('A dry run: nothing was kept.').waitFor();
    });
  } finally {
    close();
  }
});
