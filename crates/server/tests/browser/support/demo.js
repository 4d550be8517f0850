'use strict';
// The server that all this is tried on, and calls of our own API. For scripts, too, that are no tests.

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');

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

/**
 * Waits until `done()` answers something, and answers that. `what` says what is waited for, or is a function that says so in the end.
 * Only a failure takes as long: nothing here depends on how fast this machine is, or on what else it does meanwhile.
 */
async function until(what, done, { every = 100, within = 120_000 } = {}) {
  const began = performance.now();
  for (;;) {
    const found = await done();
    if (found) return found;
    if (performance.now() - began > within) assert.fail(`waited ${within / 1_000} s in vain: ${typeof what === 'function' ? what() : what}`);
    await pause(every);
  }
}

/** Waits until the files of a candidate were read. */
const filesRead = (id) => until('the files are read', async () => {
  const person = await api('GET', `/candidates/${id}`);
  return person.attachments.every((file) => file.text_state !== 'due');
});

module.exports = { api, demo, filesRead, until };
