'use strict';
// The APIs' guides and references, and calls tried from a reference.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { createHmac } = require('node:crypto');
const { test } = require('node:test');
const { CORNERS, DESKTOP, PHONE, demo, visit } = require('../support/browser.js');
const { accessible, fits, looksRight, shoot } = require('../support/looks.js');

const APIS = ['xobin', 'eightfold', 'comeet', 'merge', 'native'];

/** Those whose document exists, as /docs lists them. */
async function references(page) {
  await page.goto('/docs');
  const links = await page.getByRole('link', { name: /^Reference/ }).evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  assert.ok(links.length >= 2, links.join());
  return links;
}

// --- to read ------------------------------------------------------------------------------------------------------

test('the list of APIs looks right', () => looksRight('/docs', 'docs'));

test('the list has a line for each API, its guide and its document', () => visit({}, async (page) => {
  await page.goto('/docs');
  for (const api of APIS) {
    await page.getByRole('link', { name: `Guide to ${api}`, exact: true }).waitFor();
    const answer = await page.request.get(`/${api}/openapi.json`);
    const linked = await page.getByRole('link', { name: `OpenAPI 3.1 document of ${api} (JSON)` }).count();
    assert.equal(linked, answer.status() === 200 ? 1 : 0, api);
    if (!linked) continue;
    assert.match((await answer.json()).openapi, /^3\.1\./);
    const again = await page.request.get(`/${api}/openapi.json`, { headers: { 'If-None-Match': answer.headers().etag } });
    assert.equal(again.status(), 304);
  }
}));

for (const api of APIS) {
  test(`the guide to ${api} looks right`, () => looksRight(`/docs/${api}`, `guide-${api}`));
}

test('each reference looks right, closed and with a call and a schema open', () => visit({}, async (page) => {
  for (const reference of await references(page)) {
    const name = reference.split('/')[2];
    await looksRight(reference, `reference-${name}`, undefined, CORNERS);
    await looksRight(reference, `reference-${name}-open`, async (page) => {
      await page.locator('.operation').filter({ hasText: /^\s*POST/ }).first().locator('summary').click();
      await page.locator('.shape').first().locator('summary').click();
    }, CORNERS);
  }
}));

test('every call and every schema of each reference is accessible and fits a phone', () => visit({}, async (page) => {
  for (const reference of await references(page)) {
    await visit({ viewport: PHONE }, async (page) => {
      await page.goto(reference);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      await fits(page);
      await accessible(page);
    });
  }
}));

test('no link on a page that is reached from /docs is broken', () => visit({}, async (page) => {
  const waiting = ['/docs'];
  const anchors = new Map();
  const wanted = [];
  while (waiting.length) {
    const at = waiting.pop();
    if (anchors.has(at)) continue;
    const answer = await page.request.get(at);
    assert.equal(answer.status(), 200, at);
    if (!answer.headers()['content-type'].startsWith('text/html')) {
      anchors.set(at, new Set());
      continue;
    }
    await page.goto(at);
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
      links: [...document.links].map((a) => a.href),
    }));
    assert.equal(new Set(found.ids).size, found.ids.length, `${at}: an id stands twice`);
    anchors.set(at, new Set(found.ids));
    for (const link of found.links.map((href) => new URL(href))) {
      if (link.origin !== demo.url) continue;
      waiting.push(link.pathname);
      if (link.hash) wanted.push([at, link.pathname, decodeURIComponent(link.hash.slice(1))]);
    }
  }
  const lost = wanted.filter(([, to, id]) => !anchors.get(to).has(id));
  assert.deepEqual(lost, []);
  assert.ok(anchors.size > 10, [...anchors.keys()].join());
}));

test('without JavaScript a reference can be read, and nothing is offered that would not work', () =>
  visit({ javaScriptEnabled: false, viewport: DESKTOP }, async (page) => {
    await page.goto('/docs/native/reference#create_candidate');
    await page.getByText('With JavaScript, calls can be tried here.').waitFor();
    // What the address names is open: that is the browser's own doing.
    assert.ok(await page.locator('#create_candidate').isVisible());
    assert.equal(await page.getByRole('button').count(), 0);
    assert.equal(await page.getByRole('textbox').count(), 0);
  }));

test('a word finds the calls that speak of it', () => visit({}, async (page) => {
  await page.goto('/docs/native/reference');
  await page.getByLabel('Find a call').fill('list jobs');
  assert.match(await page.getByRole('status').textContent(), /^\d calls$/);
  assert.ok(await page.locator('.operation', { hasText: 'List the jobs' }).isVisible());
  assert.ok(!(await page.locator('.operation', { hasText: 'Create a candidate' }).isVisible()));
}));

// --- to try -------------------------------------------------------------------------------------------------------

/** The call with this id, opened. */
async function opened(page, reference, id) {
  await page.goto(`${reference}#${id}`);
  const call = page.locator(`#${id}`);
  await call.getByRole('button').waitFor();
  return call;
}

/** What the page says came back: status, body as text, the command for a shell. */
async function outcome(call) {
  await call.getByRole('heading', { name: 'Answer', exact: true }).waitFor();
  const text = (name) => call.getByRole('region', { name }).textContent();
  return {
    status: Number(await call.locator('.outcome .status').textContent()),
    headers: await text('Headers of the answer'),
    body: await text('Body of the answer'),
    curl: await text('The same call with curl'),
  };
}

test('a call is tried, and the same curl line answers the same', () => visit({}, async (page) => {
  const call = await opened(page, '/docs/native/reference', 'list_jobs');
  await page.getByLabel(/^Authorization/).fill(demo.native.api_key);
  await call.getByLabel(/^limit/).fill('1');
  await call.getByRole('button', { name: 'Send GET' }).click();
  const seen = await outcome(call);
  assert.equal(seen.status, 200);
  assert.match(seen.headers, /content-type: application\/json/);
  const told = JSON.parse(seen.body);
  assert.equal(told.data.length, 1);
  const again = execFileSync('sh', ['-c', seen.curl], { encoding: 'utf8' });
  assert.match(again, /^HTTP\/1\.1 200/);
  assert.deepEqual(JSON.parse(again.split('\r\n\r\n')[1]), told);
  await accessible(page);
  await shoot(page, 'tried-light-desktop');
}));

test('a candidate is created from a phone, whatever is in the name', () =>
  visit({ viewport: PHONE, colorScheme: 'dark' }, async (page) => {
    const call = await opened(page, '/docs/native/reference', 'create_candidate');
    // Pasted with its scheme, it is the same.
    await page.getByLabel(/^Authorization/).fill(`Bearer ${demo.native.api_key}`);
    const name = `O'Neill <b>"ß"</b> ${Date.now()}`;
    await call.getByLabel(/^Body/).fill(JSON.stringify({ name }));
    await call.getByRole('button', { name: 'Send POST' }).click();
    const seen = await outcome(call);
    assert.equal(seen.status, 201, seen.body);
    assert.equal(JSON.parse(seen.body).candidate.name, name);
    assert.equal(await call.locator('.outcome b').count(), 0, 'what came back is text');
    const again = execFileSync('sh', ['-c', seen.curl], { encoding: 'utf8' });
    assert.equal(JSON.parse(again.split('\r\n\r\n')[1]).candidate.name, name);
    await accessible(page);
    await fits(page);
    await shoot(page, 'tried-dark-phone');
  }));

test('without a key one hears what a program would hear', () => visit({}, async (page) => {
  const call = await opened(page, '/docs/native/reference', 'list_jobs');
  await call.getByRole('button', { name: 'Send GET' }).click();
  const seen = await outcome(call);
  assert.equal(seen.status, 401);
  assert.match(seen.body, /unauthenticated/);
}));

test('by keyboard alone a call is opened, filled in, sent and read', () => visit({}, async (page) => {
  await page.goto('/docs/native/reference');
  await page.getByLabel(/^Authorization/).focus();
  await page.keyboard.type(demo.native.api_key);
  const reached = async (wanted) => {
    for (let steps = 0; steps < 300; steps += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(wanted)) return;
    }
    assert.fail(`${wanted} is not reached`);
  };
  await reached(() => document.activeElement.matches('summary') && document.activeElement.textContent.includes('List the jobs'));
  await page.keyboard.press('Enter');
  await reached(() => document.activeElement.matches('button'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Answer', exact: true }).waitFor();
  // Focus is where the news is, and is seen there.
  await page.waitForFunction(() => document.activeElement.matches('.outcome h5'));
  assert.equal(await page.locator('.outcome .status').first().textContent(), '200');
}));

test('a credential is kept nowhere', () => visit({}, async (page) => {
  const call = await opened(page, '/docs/native/reference', 'list_jobs');
  await page.getByLabel(/^Authorization/).fill(demo.native.api_key);
  await call.getByRole('button', { name: 'Send GET' }).click();
  await outcome(call);
  const kept = await page.evaluate(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, await caches.keys(), await indexedDB.databases(),
  ]));
  assert.ok(!kept.includes(demo.native.api_key), kept);
  await page.reload();
  assert.equal(await page.getByLabel(/^Authorization/).inputValue(), '');
}));

test('a file that is answered is saved, not shown', () => visit({ acceptDownloads: true }, async (page) => {
  const content = Buffer.from('<script>alert(1)</script>').toString('base64');
  const headers = { Authorization: `Bearer ${demo.native.api_key}` };
  const data = { name: 'Ada', files: [{ name: 'cv.html', content }] };
  const made = await (await page.request.post('/api/v1/candidates', { headers, data })).json();
  const { attachments } = await (await page.request.get(`/api/v1/candidates/${made.candidate.id}`, { headers })).json();
  const call = await opened(page, '/docs/native/reference', 'get_attachment');
  await page.getByLabel(/^Authorization/).fill(demo.native.api_key);
  await call.getByLabel(/^id/).fill(attachments[0].id);
  await call.getByRole('button', { name: 'Send GET' }).click();
  const saving = page.waitForEvent('download');
  await call.getByRole('link', { name: /^Save 25 bytes/ }).click();
  assert.match((await saving).suggestedFilename(), /^answer/);
}));

test('where a caller signs its token, it is signed from key and secret', () => visit({}, async (page) => {
  const call = await opened(page, '/docs/native/reference', 'list_jobs');
  // The field that a scheme with `x-minted` has.
  await page.getByLabel(/^Authorization/).evaluate((key) => {
    const secret = Object.assign(document.createElement('input'), { id: 'secret' });
    secret.dataset.secretOf = key.id;
    key.after(secret);
  });
  await page.getByLabel(/^Authorization/).fill('the-key');
  await page.locator('#secret').fill('the secret, ß');
  const asked = page.waitForRequest(/\/jobs/);
  const before = Math.floor(Date.now() / 1_000);
  await call.getByRole('button', { name: 'Send GET' }).click();
  const [scheme, token] = (await (await asked).allHeaders()).authorization.split(' ');
  const [header, claims, signature] = token.split('.');
  const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  assert.deepEqual([scheme, read(header), read(claims).iss], ['Bearer', { alg: 'HS256', typ: 'JWT' }, 'the-key']);
  const { exp } = read(claims);
  assert.ok(exp >= before + 600 && exp <= Date.now() / 1_000 + 600, `${exp - before} s`);
  assert.equal(signature, createHmac('sha256', 'the secret, ß').update(`${header}.${claims}`).digest('base64url'));
}));

test('a call of the Merge API is tried with both its credentials', () => visit({}, async (page) => {
  const call = await opened(page, '/docs/merge/reference', 'get_account_details');
  await page.getByLabel(/^Authorization/).fill(demo.merge.api_key);
  await page.getByLabel(/^X-Account-Token/).fill(demo.merge.account_token);
  await call.getByRole('button', { name: 'Send GET' }).click();
  assert.equal((await outcome(call)).status, 200);
}));
