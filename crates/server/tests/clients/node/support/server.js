'use strict';
// The running server (scripts/throwaway-muster), clients for it, and what most tests need first.
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { sdk } = require('./line.js');
const wire = require('./wire.js');

const demo = JSON.parse(process.env.MUSTER_DEMO);
const { base_url: base, api_key: key, account_token: token } = demo.merge;

const connect = (other = {}) => new sdk.MergeClient({ baseUrl: base, apiKey: key, accountToken: token, ...other });
const client = connect();

// A word that no other test uses.
const unique = () => `n${randomUUID().replaceAll('-', '').slice(0, 16)}`;

// Makes a candidate who carries the tag.
async function person(tag, more = {}) {
  const model = { firstName: 'Ada', lastName: 'Lovelace', tags: [tag], ...more };
  return (await client.ats.candidates.create({ model, remoteUserId: 'recruiter-1' })).model;
}

// The demo's job that has a form, and its stages in order.
async function job() {
  await client.ats.jobs.list();
  const found = wire.answer('PaginatedJobList').results.find((one) => one.name === 'Engine Programmer');
  await client.ats.jobInterviewStages.list({ jobId: found.id });
  const stages = wire.answer('PaginatedJobInterviewStageList').results;
  assert.ok(stages.length >= 2);
  return { id: found.id, stages: stages.sort((a, b) => a.stage_order - b.stage_order).map((s) => s.id) };
}

// The demo organization's owner.
async function member() {
  await client.ats.users.list({ email: 'anna@example.com' });
  return wire.answer('PaginatedRemoteUserList').results[0];
}

// What no SDK would send.
async function raw(method, path, { headers = {}, json, content } = {}) {
  const all = { Authorization: `Bearer ${key}`, 'X-Account-Token': token, 'Content-Type': 'application/json', ...headers };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  await fetch(`${base}/ats/v1/${path}`, { method, headers: given, body: json ? JSON.stringify(json) : content });
  return wire.last();
}

// The call fails as the SDK's own error with this status.
async function fails(status, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.statusCode, status, `${error}`);
    assert.ok(error.body !== undefined, `${error}`);
    return true;
  });
}

// Waits until `what()` answers something; what is done in the background has this long.
async function eventually(said, what, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = await what();
    if (result) {
      return result;
    }
    assert.ok(Date.now() < end, `not within ${seconds} s: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

module.exports = { demo, base, key, token, connect, client, unique, person, job, member, raw, fails, eventually };
