// What Standard Webhooks' JavaScript library says of our webhooks; `v1a`, which it does not know, is verified with Node's
// own ed25519. Beside a server: scripts/throwaway-muster.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const http = require('node:http');
const { after, before, test } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');
const { Webhook } = require('standardwebhooks');

const { native } = JSON.parse(process.env.MUSTER_DEMO);
const PATIENCE = 120_000;

let server;
let made;
const came = [];

async function call(method, path, body) {
  const answer = await fetch(native.base_url + path, {
    method,
    headers: { authorization: `Bearer ${native.api_key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

async function waitFor(n) {
  const until = Date.now() + PATIENCE;
  while (came.length < n) {
    assert.ok(Date.now() < until, `${came.length} of ${n} calls came`);
    await pause(50);
  }
  return came.slice(0, n);
}

function refused(webhook, body, headers) {
  assert.throws(() => webhook.verify(body, headers), { name: 'WebhookVerificationError' });
}

/** The public half of the pair as Node wants it. */
function publicKey(text) {
  const x = Buffer.from(text.slice('whpk_'.length), 'base64').toString('base64url');
  return crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

before(async () => {
  server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      came.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${server.address().port}/hooks`;
  made = await call('POST', '/subscriptions', { url, kinds: ['candidate.created'], shows: 'record' });
});

after(async () => {
  await call('DELETE', `/subscriptions/${made.id}`);
  server.close();
});

test('a call is verified by the library, and a changed one is not', async () => {
  const person = await call('POST', '/candidates', { name: 'Zoë \u2028 Ünïcode', emails: ['js1@example.com'] });
  const [{ headers, body }] = await waitFor(1);
  const webhook = new Webhook(made.secret);
  const told = webhook.verify(body, headers);
  assert.equal(told.data.record.candidate.id, person.candidate.id);
  refused(webhook, body.replace('candidate', 'candidatE'), headers);
  refused(webhook, body, { ...headers, 'webhook-id': 'another' });
  refused(webhook, body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) });
});

test('its v1a signature is the published key\'s', async () => {
  const [{ headers, body }] = await waitFor(1);
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const own = headers['webhook-signature'].split(' ').filter((one) => one.startsWith('v1a,'));
  assert.equal(own.length, 1);
  const signature = Buffer.from(own[0].slice('v1a,'.length), 'base64');
  assert.ok(crypto.verify(null, signed, publicKey(made.public_key), signature));
  assert.ok(!crypto.verify(null, Buffer.concat([signed, Buffer.from(' ')]), publicKey(made.public_key), signature));
});

test('both secrets verify until the old one is retired, for v1 and v1a', async () => {
  const next = await call('POST', `/subscriptions/${made.id}/rotate-secret`, { overlap_hours: 1 });
  await call('POST', '/candidates', { name: 'B', emails: ['js2@example.com'] });
  const [, { headers, body }] = await waitFor(2);
  for (const { secret } of [made, next]) new Webhook(secret).verify(body, headers);
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const all = headers['webhook-signature'].split(' ').filter((one) => one.startsWith('v1a,'));
  for (const { public_key } of [made, next]) {
    const good = all.filter((one) => crypto.verify(null, signed, publicKey(public_key), Buffer.from(one.slice(4), 'base64')));
    assert.equal(good.length, 1);
  }
});
