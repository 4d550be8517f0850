'use strict';
// The desk's integrations: keys that are shown once, webhooks from their making to a replay, also without JavaScript.

const assert = require('node:assert/strict');
const http = require('node:http');
const test = require('node:test');
const { visit } = require('../support/browser.js');
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
      for (let n = 0; n < 100 && !(await ping.getByText('Delivered').isVisible()); n += 1) {
        await page.waitForTimeout(100);
        await page.reload();
      }
      await ping.getByText('Delivered').waitFor();
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
    assert.equal(await page.getByText(/mus_/).count(), 0);
    await page.getByRole('link', { name: 'Revoke a passing key' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('The key was revoked.').waitFor();
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
      hook = new URL(page.url()).pathname;
      await page.getByRole('button', { name: 'Send a ping' }).click();
      const ping = page.getByRole('row').filter({ hasText: 'webhook.ping' });
      for (let n = 0; n < 100 && !(await ping.getByText('Given up').isVisible()); n += 1) {
        await page.waitForTimeout(100);
        await page.reload();
      }
      await ping.getByText('Given up').waitFor();
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
