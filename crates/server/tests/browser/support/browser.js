'use strict';
// One Chromium for a file of tests, and for each test a page of its own in it.
//
// Nothing leaves the machine: the browser knows no other host than this one, and a page that asks for anything elsewhere,
// breaks its own Content-Security-Policy or throws fails its test.

const assert = require('node:assert/strict');
const { isDeepStrictEqual } = require('node:util');
const { after, before } = require('node:test');
const { chromium } = require('playwright-core');
const { demo, until } = require('./demo.js');

const DESKTOP = { width: 1280, height: 800 };
/** WCAG 1.4.10: as narrow as a page at 400 % zoom on a desktop; a small phone. */
const PHONE = { width: 320, height: 640 };

/** How long is waited for anything, ms. Only a failure takes as long: that a machine is busy is no fault of a page. */
const PATIENCE = 120_000;

/** Every way in which a page is looked at: { name, colorScheme, viewport }. */
const VIEWS = ['light', 'dark'].flatMap((colorScheme) => [
  { name: `${colorScheme}-desktop`, colorScheme, viewport: DESKTOP },
  { name: `${colorScheme}-phone`, colorScheme, viewport: PHONE },
]);

/** Two of them that have each scheme and each width. */
const CORNERS = VIEWS.filter(({ name }) => ['light-desktop', 'dark-phone'].includes(name));

/** How each context was made: what a page is to go back to after it was looked at otherwise. */
const made = new WeakMap();
const madeAs = (page) => made.get(page.context());

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    timeout: PATIENCE,
    // Inside a container there is nothing that its sandbox could be made of, nor for root.
    args: [
      '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-prefers-reduced-motion',
      // It shall call nobody: updates, field trials, safe browsing, the search engine's suggestions.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-background-networking',
      '--disable-component-update', '--disable-domain-reliability', '--disable-sync', '--no-pings',
    ],
  });
});
after(async () => {
  // What never ended keeps the process alive, which ends all the same once every test is told of.
  if (browser && !(await ends(browser.close()))) setTimeout(() => process.exit(), 5_000).unref();
});

/**
 * Waits for an end, but not for ever: what is closed while its page is on its way elsewhere may never be told of it. Says whether
 * it came.
 */
function ends(closing) {
  const late = new Promise((resolve) => setTimeout(resolve, 20_000, false).unref());
  return Promise.race([closing.then(() => true), late]);
}

/**
 * Calls `use(page)` with a fresh page: no cookies, nothing remembered. `how` is for Playwright's newContext
 * (colorScheme, viewport, javaScriptEnabled…). `page.goto('/docs')` is relative to the server; `baseURL` is that of another one.
 */
async function visit(how, use) {
  const whole = { baseURL: demo.url, viewport: DESKTOP, colorScheme: 'light', javaScriptEnabled: true, ...how };
  const context = await browser.newContext(whole);
  made.set(context, whole);
  const home = whole.baseURL;
  context.setDefaultTimeout(PATIENCE);
  const faults = [];
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== home) faults.push(`asked for ${request.url()}`);
  });
  context.on('weberror', (error) => faults.push(`threw ${error.error()}`));
  context.on('console', (message) => {
    // That a call was refused is said on the console too, and is no fault of the page.
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused) faults.push(`said ${message.text()}`);
  });
  try {
    const page = await context.newPage();
    await use(page);
  } finally {
    await ends(context.close());
  }
  assert.deepEqual(faults, []);
}

/** Waits until `look()` answers a value equal to this one; says in the end what it answers instead. */
async function becomes(look, wanted) {
  let seen;
  await until(() => `${JSON.stringify(seen)} does not become ${JSON.stringify(wanted)}`, async () => {
    seen = await look();
    return isDeepStrictEqual(seen, wanted);
  });
}

/** Waits until the page that is shown has come to its end and its scripts have begun: keys and clicks are for it from then on. */
const whole = (page) => page.waitForLoadState();

/**
 * So many of these are on the page, once it has come whole: it may still be on its way here from the one before. To be called once
 * something was seen that only the new page has, where the number alone would not tell the two from each other.
 */
async function thereAre(number, locator) {
  await becomes(() => locator.count(), number);
  await whole(locator.page());
  assert.equal(await locator.count(), number);
}

module.exports = { CORNERS, DESKTOP, PHONE, VIEWS, becomes, demo, madeAs, thereAre, until, visit, whole };
