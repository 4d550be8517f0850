'use strict';
// Linked accounts, keys, scopes, sync, webhooks and the audit trail.
const assert = require('node:assert/strict');
const test = require('node:test');
const { CURRENT } = require('../support/line.js');
const { client, connect, fails, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

// A linked account of its own, made as an end user makes one.
async function linked() {
  const word = unique();
  const link = await client.ats.linkToken.create({
    endUserEmailAddress: `${word}@example.com`,
    endUserOrganizationName: `Engines ${word}`,
    endUserOriginId: word,
    categories: ['ats'],
    shouldCreateMagicLinkUrl: true,
  });
  made('LinkToken');
  const account = await client.ats.accountToken.retrieve(await press(link.magicLinkUrl));
  wire.answer('AccountToken');
  return { word, id: account.id, own: connect({ accountToken: account.accountToken }) };
}

// Sends the page's form as it stands, hidden fields and all; answers the public token on the page that follows.
async function press(address) {
  const page = await (await fetch(address)).text();
  assert.match(page, /<form[^>]*method="post"/i);
  const hidden = [...page.matchAll(/<input[^>]*>/g)].map(([input]) => {
    const of = (name) => input.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '';
    return [of('name'), of('value')];
  });
  const { origin } = new URL(address);
  const done = await fetch(address, {
    method: 'POST', body: new URLSearchParams(hidden), headers: { Origin: origin }, redirect: 'follow',
  });
  const text = await done.text();
  assert.equal(done.status, 200, text.slice(0, 500));
  return text.match(/id="public-token">\s*([^<\s]+)\s*</)[1];
}

// As `wire.answer`, where nothing says whether what was made is answered with 200 or 201.
function made(model) {
  assert.ok([200, 201].includes(wire.last().status), wire.describe(wire.last()));
  return wire.answer(model, wire.last().status);
}

const accounts = async (filters) => {
  await client.ats.linkedAccounts.list({ pageSize: 100, ...filters });
  return wire.answer('PaginatedAccountDetailsAndActionsList').results.map((one) => one.id);
};

test('an account is linked, read, and deleted', async () => {
  const { word, id, own } = await linked();
  await own.ats.accountDetails.retrieve();
  const details = wire.answer('AccountDetails');
  assert.deepEqual([details.id, details.end_user_origin_id, details.category], [id, word, 'ats']);
  assert.deepEqual(await accounts({ endUserOriginId: word }), [id]);
  assert.deepEqual(await accounts({ id }), [id]);
  assert.deepEqual(await accounts({ endUserOriginId: word, category: 'hris' }), []);
  assert.deepEqual(await accounts({ endUserOriginId: word, status: 'RELINK_NEEDED' }), []);
  await own.ats.candidates.list({ pageSize: 1 });
  wire.answer('PaginatedCandidateList');
  await own.ats.deleteAccount.delete();
  assert.equal(wire.last().status, 200);
  await fails(401, () => own.ats.candidates.list());
  assert.equal(wire.detail(401), 'Invalid account token.');
  assert.deepEqual(await accounts({ endUserOriginId: word }), []);
});

if (CURRENT) {
  test('a new account token replaces the old one', async () => {
    const { id, own } = await linked();
    const fresh = await own.ats.accountToken.regenerateCreate();
    made('RegenerateAccountToken');
    assert.equal(fresh.linkedAccountId, id);
    await connect({ accountToken: fresh.accountToken }).ats.candidates.list({ pageSize: 1 });
    wire.answer('PaginatedCandidateList');
    await fails(401, () => own.ats.candidates.list());
  });
}

test('an unknown public token is 404', async () => {
  await fails(404, () => client.ats.accountToken.retrieve('no-such-token'));
});

test('scopes are kept, and obeyed', async () => {
  const { own } = await linked();
  await client.ats.scopes.defaultScopesRetrieve();
  assert.ok(wire.answer('CommonModelScopeApi').common_models.some((one) => one.model_name === 'Candidate'));
  const candidate = {
    modelName: 'Candidate',
    modelPermissions: { READ: { isEnabled: true }, WRITE: { isEnabled: false } },
  };
  await own.ats.scopes.linkedAccountScopesCreate({ commonModels: [candidate] });
  made('CommonModelScopeApi');
  await own.ats.scopes.linkedAccountScopesRetrieve();
  const kept = wire.answer('CommonModelScopeApi').common_models.find((one) => one.model_name === 'Candidate');
  assert.deepEqual([kept.model_permissions.READ, kept.model_permissions.WRITE], [{ is_enabled: true }, { is_enabled: false }]);
  await fails(400, () => own.ats.candidates.create({ model: {}, remoteUserId: 'recruiter-1' }));
  assert.deepEqual(wire.body().errors.map((one) => one.problem_type), ['DISABLED_MODEL_WRITE']);
});

test('webhook receivers are kept', async () => {
  const { own } = await linked();
  await own.ats.webhookReceivers.list();
  assert.deepEqual(wire.answer('WebhookReceiver[]'), []);
  await own.ats.webhookReceivers.create({ event: 'Candidate.changed', isActive: true, key: 's3cret-of-mine' });
  made('WebhookReceiver');
  await own.ats.webhookReceivers.list();
  const kept = wire.answer('WebhookReceiver[]').map((one) => [one.event, one.is_active]);
  assert.deepEqual(kept, [['Candidate.changed', true]]);
});

test('a generated key works and a regenerated one replaces it', async () => {
  const name = unique();
  const works = async (apiKey) => {
    await connect({ apiKey }).ats.candidates.list({ pageSize: 1 });
    wire.answer('PaginatedCandidateList');
  };
  const first = await client.ats.generateKey.create({ name });
  made('RemoteKey');
  await works(first.key);
  const second = await client.ats.regenerateKey.create({ name });
  made('RemoteKey');
  await works(second.key);
  await fails(401, () => connect({ apiKey: first.key }).ats.candidates.list());
});

test('what an account can do, and how fresh it is', async () => {
  await client.ats.accountDetails.retrieve();
  assert.equal(wire.answer('AccountDetails').status, 'COMPLETE');
  await client.ats.availableActions.retrieve();
  const models = wire.answer('AvailableActions').available_model_operations.map((one) => one.model_name);
  assert.ok(models.includes('Candidate') && models.includes('Activity'));
  await client.ats.syncStatus.list({ pageSize: 100 });
  const statuses = wire.answer('PaginatedSyncStatusList').results;
  assert.ok(statuses.some((one) => one.model_id === 'ats.Candidate' && one.status === 'DONE'));
  await client.ats.forceResync.syncStatusResyncCreate();
  assert.ok(wire.answer('SyncStatus[]').some((one) => one.model_name === 'Candidate'));
});

test('the audit trail and the issues', async () => {
  await client.ats.auditTrail.list({ pageSize: 2 });
  const { results } = wire.answer('PaginatedAuditLogEventList');
  assert.ok(results.length > 0);
  await client.ats.auditTrail.list({ eventType: results[0].event_type, pageSize: 2 });
  assert.ok(wire.answer('PaginatedAuditLogEventList').results.every((one) => one.event_type === results[0].event_type));
  await client.ats.auditTrail.list({ startDate: '2999-01-01T00:00:00Z', userEmail: 'nobody@example.com' });
  assert.deepEqual(wire.answer('PaginatedAuditLogEventList').results, []);
  await client.ats.issues.list({ startDate: '2999-01-01T00:00:00Z', includeMuted: 'true' });
  assert.deepEqual(wire.answer('PaginatedIssueList'), { next: null, previous: null, results: [] });
});
