'use strict';
// How much of a page moves while it comes: cumulative layout shift, as browsers measure it (web.dev/cls). And which pages there are.

const { demo } = require('./demo.js');

/** To be called before the page is opened: notes whatever moves without anybody having done something. */
async function watch(page) {
  await page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (!hadRecentInput) globalThis.shifts.push({ value, what: sources.map(({ node }) => (node?.outerHTML ?? node?.nodeName ?? '?').slice(0, 100)) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What has moved on the page as it stands, once everything is there: { sum, what }. */
async function shifted(page) {
  await page.waitForLoadState('load');
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].filter((i) => i.loading !== 'lazy').map((i) => i.decode().catch(() => undefined)));
    // Scripts have begun, and two frames are drawn after that.
    await new Promise((done) => { setTimeout(done, 200); });
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  });
  const shifts = await page.evaluate(() => globalThis.shifts);
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), what: shifts.flatMap(({ what }) => what) };
}

/** An address without what differs from one of its kind to the next. */
const kind = (at) => at.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '*').replace(/\?.*$/, '').replace(/\/pages\/\d+$/, '/pages/*');

/**
 * Every page of the desk that links lead to from `starts`, one of each kind: calls `use(page, address)` for each. What is
 * downloaded is no page. `page` is signed in.
 */
async function everyPage(page, starts, use) {
  const queue = [...starts];
  const seen = new Set();
  while (queue.length) {
    const at = queue.shift();
    if (seen.has(kind(at))) continue;
    seen.add(kind(at));
    const answer = await page.goto(at);
    if (!answer.ok()) throw new Error(`${at} answers ${answer.status()}`);
    await use(page, at);
    const links = await page.evaluate(() => [...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href));
    for (const link of links) {
      const { origin, pathname, search } = new URL(link);
      const isPage = !pathname.endsWith('.csv') && !/\/files\/[^/]+(\/picture)?$/.test(pathname);
      if (origin === demo.url && pathname.startsWith('/desk') && isPage) queue.push(pathname + search);
    }
  }
  return [...seen];
}

module.exports = { everyPage, kind, shifted, watch };
