'use strict';
// How a page looks and whether everybody can use it.

const assert = require('node:assert/strict');
const path = require('node:path');
const axe = require('axe-core');
const { VIEWS, madeAs, visit, whole } = require('./browser.js');

/** Fails on whatever axe finds on the page as it stands, WCAG 2.2 AA and good practice. */
async function accessible(page) {
  await whole(page);
  // Not by a <script>, which the page's policy forbids.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}\n${node.failureSummary}`));
  assert.deepEqual(told, [], page.url());
}

/**
 * Calls `use(twin)`. Where no script may run in `page`, axe neither: then the twin is what stands in it, in another page,
 * without scripts of its own. Otherwise it is the page itself.
 */
async function twinned(page, use) {
  const { javaScriptEnabled, viewport } = madeAs(page);
  if (javaScriptEnabled) {
    await use(page);
    return;
  }
  await whole(page);
  const at = page.url();
  const body = (await page.content()).replace(/<script type="module"[^>]*><\/script>/g, '');
  await visit({ viewport }, async (twin) => {
    await twin.route(at, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    await twin.goto(at);
    await use(twin);
  });
}

/** The same as `accessible`, for a page in which no script may run. */
const accessibleWithoutScript = (page) => twinned(page, accessible);

/** Fails if the page must be scrolled sideways. What is wide scrolls in a box of its own. */
async function fits(page) {
  await whole(page);
  const [wide, there, widest] = await page.evaluate(() => {
    const root = document.documentElement;
    const over = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
    return [root.scrollWidth, root.clientWidth, over.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))];
  });
  assert.ok(wide <= there, `${page.url()} is ${wide} wide where there is room for ${there}: ${widest.join('\n')}`);
}

/** A picture for people, shots/NAME.png. */
async function shoot(page, name) {
  await page.screenshot({ path: path.join(__dirname, '..', 'shots', `${name}.png`), fullPage: true });
}

/** Looks at a page otherwise, as whoever turns the phone or whose evening begins. */
async function turn(page, { colorScheme, viewport }) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
}

/** The page as it stands, in every view: accessible, fitting, photographed. With a script and without. */
async function everyView(page, name, views = VIEWS) {
  const before = { ...madeAs(page), viewport: page.viewportSize() };
  for (const view of views) {
    await turn(page, view);
    await fits(page);
    await shoot(page, `${name}-${view.name}`);
  }
  await twinned(page, async (twin) => {
    for (const view of views) {
      await turn(twin, view);
      await accessible(twin);
    }
  });
  await turn(page, before);
}

/**
 * The page at `at` in every view. `prepare(page)` brings it into the state meant, once; `how` is for `visit`. Of a very long
 * page the two `CORNERS` are enough.
 */
async function looksRight(at, name, prepare = async () => {}, views = VIEWS, how = {}) {
  const [{ colorScheme, viewport }] = views;
  await visit({ colorScheme, viewport, ...how }, async (page) => {
    const answer = await page.goto(at);
    assert.ok(answer.status() < 500, `${at} answers ${answer.status()}`);
    await prepare(page);
    await everyView(page, name, views);
  });
}

module.exports = { accessible, accessibleWithoutScript, everyView, fits, looksRight, shoot };
