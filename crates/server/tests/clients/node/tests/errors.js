'use strict';
// Who may not come in, what is refused, and what is repeated.
const assert = require('node:assert/strict');
const test = require('node:test');
const { base, client, connect, fails, key, person, raw, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

const NO_ACCOUNT = 'Account Token must be passed in as an X-Account-Token header.';
const { candidates } = client.ats;
const create = (model, options) => candidates.create({ model, remoteUserId: 'recruiter-1' }, options);

test('a wrong key is 401', async () => {
  await fails(401, () => connect({ apiKey: 'mrg_wrong' }).ats.candidates.list());
  assert.equal(wire.detail(401), 'Invalid token.');
  await raw('GET', 'candidates', { headers: { Authorization: key } });
  assert.ok(wire.detail(401));
});

test('a missing or wrong account token is 401', async () => {
  await fails(401, () => connect({ accountToken: undefined }).ats.candidates.list());
  assert.equal(wire.detail(401), NO_ACCOUNT);
  await fails(401, () => candidates.list({}, { accountToken: 'mrg_acct_wrong' }));
  assert.equal(wire.detail(401), 'Invalid account token.');
  await fails(401, () => connect({ apiKey: 'mrg_wrong', accountToken: undefined }).ats.candidates.retrieve('nobody'));
  assert.equal(wire.detail(401), 'Invalid token.');
});

test('calls of the organization need the key alone', async () => {
  await connect({ accountToken: undefined }).ats.linkedAccounts.list();
  wire.answer('PaginatedAccountDetailsAndActionsList');
});

for (const [what, model, fault] of [
  ['a value outside the enum', { urls: [{ value: 'x', urlType: 'MYSPACE' }] }, '/model/urls/0/url_type INVALID_FIELD_CHOICE'],
  [
    'one in the second item',
    { phoneNumbers: [{ value: '1' }, { value: '2', phoneNumberType: 'FAX' }] },
    '/model/phone_numbers/1/phone_number_type INVALID_FIELD_CHOICE',
  ],
]) {
  test(`${what} is refused`, async () => {
    const tag = unique();
    const before = wire.exchanges.length;
    await fails(400, () => create({ tags: [tag], ...model }));
    assert.deepEqual(wire.refusal(), [fault]);
    assert.equal(wire.exchanges.length, before + 1, 'the SDK repeats 408, 429 and 5xx; a refusal is none of these');
    await candidates.list({ tags: tag });
    assert.deepEqual(wire.answer('PaginatedCandidateList').results, []);
  });
}

test('a wrong type, a missing model and an unknown field', async () => {
  await raw('POST', 'candidates', { json: { model: { first_name: 5 } } });
  assert.deepEqual(wire.refusal(), ['/model/first_name INCORRECT_FIELD_TYPE']);
  await raw('POST', 'candidates', { json: {} });
  assert.deepEqual(wire.refusal(), ['/model MISSING_REQUIRED_FIELD']);
  await raw('POST', 'candidates', { json: { model: { tags: [unique()], age: 36 } } });
  const { warnings } = wire.answer('CandidateResponse', 201);
  assert.deepEqual(warnings.map((w) => `${w.source.pointer} ${w.problem_type}`), ['/model/age UNRECOGNIZED_FIELD']);
  await raw('POST', 'candidates', { content: '{' });
  assert.match(wire.detail(400), /^JSON parse error - /);
});

test('an unknown path is 404', async () => {
  await fails(404, () => connect({ baseUrl: `${base}/nowhere` }).ats.candidates.list());
});

test('Idempotency-Key gives the same answer, and 400 for another request', async () => {
  const tag = unique();
  const options = { headers: { 'Idempotency-Key': tag } };
  await create({ firstName: 'Ada', tags: [tag] }, options);
  wire.answer('CandidateResponse', 201);
  const first = wire.last().raw;
  await create({ firstName: 'Ada', tags: [tag] }, options);
  assert.ok(wire.last().raw.equals(first));
  await fails(400, () => create({ firstName: 'Byron', tags: [tag] }, options));
  await candidates.list({ tags: tag });
  assert.deepEqual(wire.answer('PaginatedCandidateList').results.map((one) => one.first_name), ['Ada']);
});

test('the account token of a single call', async () => {
  const made = await person(unique());
  const bare = connect({ accountToken: undefined });
  await bare.ats.candidates.retrieve(made.id, {}, { accountToken: JSON.parse(process.env.MUSTER_DEMO).merge.account_token });
  wire.answer('Candidate');
});
