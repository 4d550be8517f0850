'use strict';
// What stories of applying share: jobs, invites, what came of it, and a bad connection.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { api, demo, until } = require('./demo.js');

let places = 0;
/** How often one may begin is counted by where one comes from, a household by its /64: so each test comes from one of its own. */
const elsewhere = () => {
  const parts = [process.pid >>> 16, process.pid & 0xffff, places++].map((part) => part.toString(16));
  return { 'X-Forwarded-For': `2001:${parts.join(':')}::1` };
};

let people = 0;
/** An address that nobody else has. */
const somebody = () => `ada${process.pid}.${people++}@example.org`;

const FIELDS = [
  { name: 'phone', label: 'Phone', type: 'phone', required: true },
  { name: 'why', label: 'Why do you want to work with us?', type: 'long_text', help: 'In a few words.' },
  { name: 'start', label: 'When can you start?', type: 'date' },
  { name: 'years', label: 'Years of experience', type: 'number' },
  { name: 'site', label: 'Your website', type: 'url' },
  { name: 'notice', label: 'Notice period', type: 'choice', options: ['None', 'One month', 'Three months'] },
  { name: 'tools', label: 'Tools you know', type: 'multiple_choice', options: ['Rake', 'Hoe', 'Saw'] },
  { name: 'drives', label: 'Do you have a driving licence?', type: 'yes_no' },
  { name: 'resume', label: 'Resume', type: 'file', required: true },
  {
    name: 'data', label: 'I agree', type: 'consent', required: true,
    consent: { text: 'We keep your data for a year, and longer only if we ask you.', version: '2026-01', purpose: 'recruiting' },
  },
];

/** An open job with a field of each kind: { id, public_link… }. */
const job = (more = {}) => api('POST', '/jobs', {
  title: 'Gardener', code: null, fields: FIELDS,
  description: '<p>You look after the trees and the beds of our three parks.</p><p>You like to be outside.</p>', ...more,
});

/** A person whom a caller invites: the link they are mailed. */
async function invite(email, more = {}) {
  const answer = await fetch(`${demo.xobin.base_url}/tracks/${demo.xobin.track_id}/applicants`, {
    method: 'POST',
    headers: { apiKey: demo.xobin.api_key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ invite_applicant: true, email, name: 'Ada Lovelace', ...more }),
  });
  const text = await answer.text();
  const [link] = text.match(/http[^"]*\/apply\/[^"]+/) ?? [];
  assert.ok(link, text);
  return link;
}

/** Makes the end of a person's invite, or its state, another one: nothing that is called over the wire can. */
async function spoil(email, change) {
  const { id } = await candidate(email);
  const script = 'import sqlite3, sys\n'
    + 'db = sqlite3.connect(sys.argv[1] + "/muster.sqlite", timeout=120)\n'
    + `n = db.execute("UPDATE invite SET ${change} WHERE candidate_id = (SELECT id FROM candidate WHERE uid = ?)", (sys.argv[2],)).rowcount\n`
    + 'db.commit()\nassert n == 1, n\n';
  execFileSync('python3', ['-c', script, process.env.MUSTER_DEMO_DATA, id]);
}

/** Whoever has this address, proven or not. */
async function candidate(email) {
  const { data } = await api('GET', `/candidates?email=${encodeURIComponent(email)}`);
  assert.equal(data.length, 1, `${data.length} people for one address`);
  return api('GET', `/candidates/${data[0].id}`);
}

/** Their applications. */
const applications = async (email) => (await candidate(email)).applications;

let folders;
/** A file on this machine with random bytes: { path, bytes }. */
function file(name, size) {
  if (!folders) {
    folders = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-files-'));
    process.once('exit', () => fs.rmSync(folders, { recursive: true, force: true }));
  }
  const folder = fs.mkdtempSync(path.join(folders, 'one-'));
  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(Math.max(0, size - 9))]).subarray(0, size);
  const at = path.join(folder, name);
  fs.writeFileSync(at, bytes);
  return { path: at, bytes, name };
}

/** Opens a job's public page and begins; answers the link of one's own. */
async function begin(page, link) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('heading', { name: 'About you' }).waitFor();
  // Its scripts have begun, too: a file that is chosen before is the form's.
  await page.waitForLoadState();
  return page.url();
}

/** Answers whatever the job of `FIELDS` must know, but for files. */
async function answer(page, email) {
  await page.getByLabel('Your full name').fill('Ada Lovelace');
  if (email) await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Phone').fill('+44 20 7946 0001');
  await page.getByLabel('I agree').check();
}

const send = (page) => page.getByRole('button', { name: 'Send the application' });
const received = (page) => page.getByRole('heading', { level: 1, name: 'Your application has been received' }).waitFor();
const saved = (page) => page.getByText('Everything you have entered is saved.').waitFor();
/** Whatever was entered is saved, not only what was entered first. */
const nothingUnsaved = (page) => page.waitForFunction(() => !Object.keys(localStorage).some((k) => k.startsWith('muster-unsaved')));

/** The row of a file that has come whole. */
const arrived = (page, name) => page.locator('li[data-complete]').filter({ hasText: name });

/** What is downloaded by a click. */
async function downloaded(page, link) {
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return fs.readFileSync(await download.path());
}

/**
 * A connection that can be cut: { how, cut, close }, `how` for `visit`. `cut.after(bytes, match)` ends the next request that matches
 * once so much of its body has gone through; `cut.answer(match)` lets it through and ends it before its answer. Either way all is
 * down then until `cut.mend()`: a browser tries again by itself what was cut at once. `cut.mend(match)` mends it but for requests that
 * match, which it goes on to end until it is mended whole. `cut.hold(match)` lets the next request that
 * matches stand in its midst, unanswered, until `cut.mend()`; `cut.held` says that one does.
 */
async function connection() {
  let rule;
  const cut = {
    count: 0,
    seen: [],
    down: () => false,
    held: undefined,
    mend: (but = () => false) => {
      cut.down = but;
      cut.held?.resume();
      cut.held = undefined;
    },
    hold: (match) => { rule = { match, hold: true }; },
    after: (bytes, match) => { rule = { bytes, match }; },
    answer: (match) => { rule = { match }; },
  };
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, demo.url);
    if (cut.down(request.method, url.pathname)) {
      request.socket.destroy();
      return;
    }
    const own = rule?.match(request.method, url.pathname, request.headers['upload-offset']) ? rule : undefined;
    cut.seen.push({ method: request.method, path: url.pathname, offset: request.headers['upload-offset'] });
    if (own) rule = undefined;
    const end = () => {
      cut.count += 1;
      cut.down = () => true;
      request.socket.destroy();
    };
    const onward = http.request({
      host: url.hostname, port: url.port, method: request.method, path: url.pathname + url.search, headers: request.headers,
    }, (answer) => {
      if (own && own.bytes === undefined && !own.hold) {
        answer.resume();
        end();
        return;
      }
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    let gone = 0;
    request.on('data', (bytes) => {
      gone += bytes.length;
      if (own?.hold && !cut.held && gone === bytes.length) {
        cut.held = request;
        request.pause();
      }
      if (own?.bytes !== undefined && gone > own.bytes) {
        onward.destroy();
        end();
      } else if (!onward.destroyed) onward.write(bytes);
    });
    request.on('end', () => onward.end());
    request.on('error', () => onward.destroy());
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const how = { proxy: { server: `http://127.0.0.1:${server.address().port}`, bypass: '<-loopback>' } };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { how, cut, close };
}

module.exports = {
  FIELDS, answer, api, applications, arrived, begin, candidate, connection, downloaded, elsewhere, file, invite, job, nothingUnsaved, received, saved,
  send, somebody, spoil,
};
