'use strict';
// How a page looks and whether everybody can use it.

const assert = require('node:assert/strict');
const path = require('node:path');
const axe = require('axe-core');
const { VIEWS, visit } = require('./browser.js');

/** Fails on whatever axe finds on the page as it stands, WCAG 2.2 AA and good practice. */
async function accessible(page) {
  // Not by a <script>, which the page's policy forbids.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}\n${node.failureSummary}`));
  assert.deepEqual(told, [], page.url());
}

/**
 * The same for a page in which no script may run, axe neither: what stands in it is looked at in another page, without scripts
 * of its own.
 */
async function accessibleWithoutScript(page) {
  const [at, viewport] = [page.url(), page.viewportSize()];
  const body = (await page.content()).replace(/<script type="module"[^>]*><\/script>/g, '');
  await visit({ viewport }, async (other) => {
    await other.route(at, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    await other.goto(at);
    await accessible(other);
  });
}

/** Fails if the page must be scrolled sideways. What is wide scrolls in a box of its own. */
async function fits(page) {
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

/**
 * The page at `at` in every view: accessible, fitting, photographed. `prepare(page)` brings it into the state meant. Of a
 * very long page the two `CORNERS` are enough.
 */
async function looksRight(at, name, prepare = async () => {}, views = VIEWS) {
  for (const { name: view, ...how } of views) {
    await visit(how, async (page) => {
      const answer = await page.goto(at);
      assert.ok(answer.status() < 500, `${at} answers ${answer.status()}`);
      await prepare(page);
      await accessible(page);
      await fits(page);
      await shoot(page, `${name}-${view}`);
    });
  }
}

module.exports = { accessible, accessibleWithoutScript, fits, looksRight, shoot };
