'use strict';
// Every list of the category, and what is read one by one.
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const test = require('node:test');
const { client, fails, job, person, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

const LISTS = {
  activities: 'Activity', applications: 'Application', attachments: 'Attachment', candidates: 'Candidate',
  departments: 'Department', eeocs: 'Eeoc', interviews: 'ScheduledInterview', jobInterviewStages: 'JobInterviewStage',
  jobPostings: 'JobPosting', jobs: 'Job', offers: 'Offer', offices: 'Office', rejectReasons: 'RejectReason',
  scorecards: 'Scorecard', tags: 'Tag', users: 'RemoteUser',
};
const FILLED = ['applications', 'attachments', 'candidates', 'jobInterviewStages', 'jobs', 'tags', 'users'];
// Nouns that Muster does not have: their lists are truly empty.
const EMPTY = ['interviews', 'offers', 'scorecards'];

for (const [name, model] of Object.entries(LISTS)) {
  test(`${name}: a list and each of it`, async () => {
    const { id } = await job();
    await person(unique(), { applications: [{ job: id }], attachments: [{ fileName: 'cv.pdf' }] });
    const resource = client.ats[name];
    const tomorrow = new Date(Date.now() + 24 * 3600 * 1000);
    await resource.list({
      pageSize: 3, createdBefore: tomorrow, modifiedBefore: tomorrow, includeDeletedData: true,
      includeRemoteData: false, includeShellData: false,
    });
    const { results } = wire.answer(`Paginated${model}List`);
    assert.ok(results.length > 0 || !FILLED.includes(name));
    assert.ok(results.length === 0 || !EMPTY.includes(name));
    for (const filter of [{ createdAfter: tomorrow }, { modifiedAfter: tomorrow }, { remoteId: 'none of ours' }]) {
      await resource.list(filter);
      assert.deepEqual(wire.answer(`Paginated${model}List`), { next: null, previous: null, results: [] });
    }
    if (name !== 'tags') {
      for (const one of results) {
        await resource.retrieve(one.id);
        assert.deepEqual(wire.answer(model), one);
      }
      await fails(404, () => resource.retrieve(randomUUID()));
      assert.equal(wire.detail(404), 'Not found.');
    }
  });
}

test("a job's form is its screening questions", async () => {
  const { id } = await job();
  await client.ats.jobs.screeningQuestionsList(id, { pageSize: 100 });
  const { results } = wire.answer('PaginatedScreeningQuestionList');
  assert.ok(results.length > 0 && results.every((one) => one.job === id));
  await client.ats.jobs.screeningQuestionsList(id, { expand: 'job' });
  assert.ok(wire.answer('PaginatedScreeningQuestionList').results.every((one) => one.job.id === id));
});

test('jobs and postings by their filters', async () => {
  const { id } = await job();
  await client.ats.jobs.list({ status: 'OPEN', pageSize: 100 });
  assert.ok(wire.answer('PaginatedJobList').results.some((one) => one.id === id));
  for (const filter of [{ status: 'ARCHIVED' }, { code: 'none' }, { offices: randomUUID() }]) {
    await client.ats.jobs.list(filter);
    assert.ok(wire.answer('PaginatedJobList').results.every((one) => one.id !== id));
  }
  await client.ats.jobPostings.list({ status: 'DRAFT', expand: 'job' });
  assert.ok(wire.answer('PaginatedJobPostingList').results.every((one) => one.status === 'DRAFT'));
  await client.ats.jobInterviewStages.list({ jobId: id, expand: 'job' });
  assert.ok(wire.answer('PaginatedJobInterviewStageList').results.every((one) => one.job.id === id));
});

test('what is not supported is said', async () => {
  const call = { method: 'GET', path: '/candidates' };
  for (const unsupported of [
    () => client.ats.passthrough.create(call),
    () => client.ats.asyncPassthrough.create(call),
    () => client.ats.fieldMapping.fieldMappingsRetrieve(),
    () => client.ats.fieldMapping.remoteFieldsRetrieve(),
    () => client.ats.fieldMapping.targetFieldsRetrieve(),
    () => client.ats.interviews.create({ model: {}, remoteUserId: 'x' }),
  ]) {
    await assert.rejects(unsupported, (error) => [400, 404].includes(error.statusCode));
    assert.match(JSON.stringify(wire.body()), /not supported|unsupported|DISABLED_MODEL_WRITE/i);
  }
});
