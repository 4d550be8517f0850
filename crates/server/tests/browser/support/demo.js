'use strict';
// The server that all this is tried on, and calls of our own API. For scripts, too, that are no tests.

const assert = require('node:assert/strict');

/** What `muster demo --json` printed: addresses and keys. */
const demo = JSON.parse(process.env.MUSTER_DEMO);

/** Calls our own API; answers what it says. */
async function api(method, at, body) {
  const answer = await fetch(`${demo.native.base_url}${at}`, {
    method,
    headers: { Authorization: `Bearer ${demo.native.api_key}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${at}: ${answer.status}`);
  return answer.json();
}

/** Waits until the files of a candidate were read. */
async function filesRead(id) {
  for (let tries = 0; tries < 600; tries += 1) {
    const person = await api('GET', `/candidates/${id}`);
    if (person.attachments.every((file) => file.text_state !== 'due')) return;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  assert.fail('a file is not read');
}

module.exports = { api, demo, filesRead };
