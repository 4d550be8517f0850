'use strict';
// The list of candidates: filters, cursors, and the SDK's own pager.
const assert = require('node:assert/strict');
const test = require('node:test');
const { CURRENT, several } = require('../support/line.js');
const { client, fails, job, person, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

const { candidates } = client.ats;

// Three people under one tag, and who of them a list with these filters has.
async function three() {
  const tag = unique();
  const mail = (who) => ({ emailAddresses: [{ value: `${tag}.${who}@example.com`, emailAddressType: 'PERSONAL' }] });
  const made = [
    await person(tag, { firstName: 'Ada', ...mail('ada') }),
    await person(tag, { firstName: 'Byron', ...mail('byron'), tags: [tag, `${tag}-poet`] }),
    await person(tag, { firstName: 'Charles', lastName: 'Babbage', ...mail('charles') }),
  ];
  const names = async (filters = {}) => {
    await candidates.list({ tags: tag, ...filters });
    return wire.answer('PaginatedCandidateList').results.map((one) => one.first_name);
  };
  return { tag, made, names };
}

test('every filter', async () => {
  const { tag, names } = await three();
  assert.deepEqual(await names(), ['Ada', 'Byron', 'Charles']);
  assert.deepEqual(await names({ emailAddresses: `${tag}.ADA@example.com,${tag}.charles@example.com` }), ['Ada', 'Charles']);
  assert.deepEqual(await names({ firstName: 'Byron' }), ['Byron']);
  assert.deepEqual(await names({ lastName: 'Lovelace' }), ['Ada', 'Byron']);
  assert.deepEqual(await names({ tags: `${tag}-poet` }), ['Byron']);
  assert.deepEqual(await names({ tags: `${tag}-poet,${tag}` }), ['Ada', 'Byron', 'Charles']);
  assert.deepEqual(await names({ remoteId: tag }), []);
  const included = { includeDeletedData: true, includeShellData: true, includeRemoteData: true };
  assert.deepEqual(await names(included), ['Ada', 'Byron', 'Charles']);
  assert.ok(wire.body().results.every((one) => one.remote_data.length > 0));
});

test('times, of which Node sends milliseconds', async () => {
  const { made, names } = await three();
  const moved = (date, by) => new Date(date.getTime() + by);
  const [first, , last] = made.map((one) => one.createdAt);
  // A Date has lost the microseconds: the millisecond that it names is not after the record.
  assert.deepEqual(await names({ createdAfter: moved(first, -1) }), ['Ada', 'Byron', 'Charles']);
  assert.deepEqual(await names({ createdBefore: moved(last, 1) }), ['Ada', 'Byron', 'Charles']);
  assert.match(wire.last().query.get('created_before'), /\.\d{3}Z$/);
  assert.deepEqual(await names({ createdAfter: moved(last, 1) }), []);
  assert.deepEqual(await names({ createdBefore: moved(first, 0) }), []);
  const changed = moved(last, 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await candidates.partialUpdate(made[1].id, { model: { title: 'Lord' }, remoteUserId: 'recruiter-1' });
  assert.deepEqual(await names({ modifiedAfter: changed }), ['Byron']);
  assert.deepEqual(await names({ modifiedBefore: changed }), ['Ada', 'Charles']);
});

test('the cursor leads there and back', async () => {
  const { tag } = await three();
  const page = async (cursor) => {
    await candidates.list({ tags: tag, pageSize: 2, cursor });
    const { results, next, previous } = wire.answer('PaginatedCandidateList');
    return { names: results.map((one) => one.first_name), next, previous };
  };
  const first = await page();
  assert.deepEqual([first.names, first.previous], [['Ada', 'Byron'], null]);
  const second = await page(first.next);
  assert.deepEqual([second.names, second.next], [['Charles'], null]);
  const back = await page(second.previous);
  assert.deepEqual([back.names, back.previous], [['Ada', 'Byron'], null]);
  assert.deepEqual((await page(back.next)).names, ['Charles']);
  await fails(400, () => candidates.list({ cursor: 'no cursor of ours' }));
  assert.ok(wire.detail(400));
});

if (CURRENT) {
  test('for await finds everybody once', async () => {
    const { tag, made } = await three();
    const found = [];
    for await (const one of await candidates.list({ tags: tag, pageSize: 1 })) {
      wire.answer('PaginatedCandidateList');
      found.push(one.id);
    }
    assert.deepEqual(found, made.map((one) => one.id));
  });

  test('the pager goes on page by page', async () => {
    const { tag, made } = await three();
    let page = await candidates.list({ tags: tag, pageSize: 2, expand: ['applications', 'attachments'] });
    assert.deepEqual([page.data.length, page.hasNextPage(), page.response.previous ?? null], [2, true, null]);
    page = await page.getNextPage();
    assert.deepEqual(page.data.map((one) => one.id), [made[2].id]);
    assert.equal(page.hasNextPage(), false);
    assert.equal(wire.last().query.get('tags'), tag);
  });
} else {
  test('going on until next is gone finds everybody once', async () => {
    const { tag, made } = await three();
    const found = [];
    let page;
    do {
      page = await candidates.list({ tags: tag, pageSize: 1, cursor: page?.next });
      found.push(...page.results.map((one) => one.id));
    } while (page.next);
    assert.deepEqual(found, made.map((one) => one.id));
  });
}

test('expand in a list', async () => {
  const tag = unique();
  const { id } = await job();
  await person(tag, { applications: [{ job: id }], attachments: [{ fileName: 'cv.pdf' }] });
  await candidates.list({ tags: tag, expand: 'attachments' });
  const [one] = wire.answer('PaginatedCandidateList').results;
  assert.deepEqual([typeof one.applications[0], typeof one.attachments[0]], ['string', 'object']);
  await candidates.list({ tags: tag, expand: several('applications', 'attachments') });
  const [both] = wire.answer('PaginatedCandidateList').results;
  assert.deepEqual([both.applications[0].job, both.attachments[0].file_name], [id, 'cv.pdf']);
});
