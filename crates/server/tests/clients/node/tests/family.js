'use strict';
// Applications, attachments and activities.
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const http = require('node:http');
const test = require('node:test');
const { client, demo, eventually, fails, job, key, member, person, token, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

const { activities, applications, attachments, candidates, issues } = client.ats;

// --- applications ------------------------------------------------------------------------------------------------

test('an application of a known candidate', async () => {
  const made = await person(unique());
  const { id, stages } = await job();
  const owner = await member();
  const appliedAt = new Date('2026-03-04T05:06:07Z');
  const model = { candidate: made.id, job: id, source: 'Referral', appliedAt, creditedTo: owner.id, currentStage: stages[1] };
  const answer = await applications.create({ model, remoteUserId: 'recruiter-1', isDebugMode: true, runAsync: true });
  const body = wire.answer('ApplicationResponse', 201);
  assert.equal(body.logs.length, 1);
  assert.deepEqual(
    [body.model.candidate, body.model.job, body.model.source, body.model.credited_to, body.model.current_stage],
    [made.id, id, 'Referral', owner.id, stages[1]],
  );
  await applications.retrieve(answer.model.id);
  assert.deepEqual(wire.answer('Application'), body.model);
  await applications.retrieve(answer.model.id, { expand: 'candidate' });
  assert.equal(wire.answer('Application').candidate.id, made.id);
  await applications.list({ candidateId: made.id, jobId: id, creditedToId: owner.id, currentStageId: stages[1], source: 'Referral' });
  assert.deepEqual(wire.answer('PaginatedApplicationList').results.map((one) => one.id), [answer.model.id]);
  for (const other of [{ jobId: randomUUID() }, { rejectReasonId: randomUUID() }, { source: 'none' }, { remoteId: 'x' }]) {
    await applications.list({ candidateId: made.id, ...other });
    assert.deepEqual(wire.answer('PaginatedApplicationList').results, []);
  }
});

test('an application brings its candidate along', async () => {
  const tag = unique();
  const { id } = await job();
  const model = { candidate: { firstName: 'Ada', tags: [tag] }, job: id };
  const answer = await applications.create({ model, remoteUserId: 'recruiter-1' });
  const { model: made } = wire.answer('ApplicationResponse', 201);
  await candidates.list({ tags: tag });
  const [candidate] = wire.answer('PaginatedCandidateList').results;
  assert.deepEqual([made.candidate, [answer.model.id]], [candidate.id, candidate.applications]);
});

test('a change of stage is kept, one of another job is refused', async () => {
  const { id, stages } = await job();
  const made = await person(unique(), { applications: [{ job: id }] });
  const [application] = made.applications;
  await applications.changeStageCreate(application, { jobInterviewStage: stages[1], remoteUserId: 'r' });
  assert.equal(wire.answer('ApplicationResponse', 201).model.current_stage, stages[1]);
  await fails(400, () => applications.changeStageCreate(application, { jobInterviewStage: randomUUID() }));
  wire.refusal();
  await applications.retrieve(application);
  assert.equal(wire.answer('Application').current_stage, stages[1]);
  await fails(404, () => applications.changeStageCreate(randomUUID(), { jobInterviewStage: stages[1] }));
});

test('an application for no job is refused', async () => {
  const made = await person(unique());
  await fails(400, () => applications.create({ model: { candidate: made.id }, remoteUserId: 'recruiter-1' }));
  assert.deepEqual(wire.refusal(), ['/model/job MISSING_REQUIRED_FIELD']);
});

// --- attachments -------------------------------------------------------------------------------------------------

test('a file is fetched and served from here', async (t) => {
  const content = Buffer.from('%PDF-1.4 what Ada did\n'.repeat(500));
  const files = http.createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/pdf' });
    response.end(content);
  });
  await new Promise((resolve) => files.listen(0, '127.0.0.1', resolve));
  t.after(() => files.close());
  const made = await person(unique());
  const fileUrl = `http://127.0.0.1:${files.address().port}/cv.pdf`;
  const model = { candidate: made.id, fileName: 'cv.pdf', fileUrl, attachmentType: 'RESUME' };
  const answer = await attachments.create({ model, remoteUserId: 'recruiter-1', isDebugMode: true });
  assert.equal(wire.answer('AttachmentResponse', 201).logs.length, 1);
  const address = await eventually("the attachment's file_url points here", async () => {
    await attachments.retrieve(answer.model.id);
    const { file_url: at } = wire.answer('Attachment');
    return at.startsWith(demo.url) && at;
  });
  await fetch(address, { headers: { Authorization: `Bearer ${key}`, 'X-Account-Token': token } });
  assert.equal(wire.last().status, 200);
  assert.ok(wire.last().raw.equals(content));
  await attachments.list({ candidateId: made.id });
  assert.deepEqual(wire.answer('PaginatedAttachmentList').results.map((one) => one.id), [answer.model.id]);
  await attachments.list({ candidateId: made.id, createdAfter: new Date(Date.now() + 60_000) });
  assert.deepEqual(wire.answer('PaginatedAttachmentList').results, []);
});

test('a file that cannot be fetched is an issue', async () => {
  const closed = http.createServer();
  await new Promise((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  const name = `${unique()}.pdf`;
  const made = await person(unique());
  const model = { candidate: made.id, fileName: name, fileUrl: `http://127.0.0.1:${port}/${name}` };
  const { model: attachment } = await attachments.create({ model, remoteUserId: 'recruiter-1' });
  const issue = await eventually('there is an issue that names the attachment', async () => {
    await issues.list({ pageSize: 100, status: 'ONGOING' });
    const { results } = wire.answer('PaginatedIssueList');
    return results.find((one) => JSON.stringify(one).includes(attachment.id) || JSON.stringify(one).includes(name));
  });
  await issues.retrieve(issue.id);
  assert.equal(wire.answer('Issue').error_description, issue.error_description);
});

// --- activities --------------------------------------------------------------------------------------------------

test('a note is kept and read back', async () => {
  const made = await person(unique());
  const owner = await member();
  const model = {
    user: owner.id, activityType: 'NOTE', subject: 'On the engine', body: 'It weaves.', visibility: 'ADMIN_ONLY',
    candidate: made.id,
  };
  const answer = await activities.create({ model, remoteUserId: owner.id, isDebugMode: true });
  const body = wire.answer('ActivityResponse', 201);
  assert.equal(body.logs.length, 1);
  assert.deepEqual([body.model.user, body.model.candidate, body.model.visibility], [owner.id, made.id, 'ADMIN_ONLY']);
  await activities.retrieve(answer.model.id);
  assert.deepEqual(wire.answer('Activity'), body.model);
  await activities.list({ userId: owner.id, createdAfter: new Date(made.createdAt.getTime() - 1), expand: 'user' });
  const listed = wire.answer('PaginatedActivityList').results.filter((one) => one.id === answer.model.id);
  assert.deepEqual(listed.map((one) => one.user.email), [owner.email]);
  await fails(400, () => activities.create({ model: { ...model, candidate: undefined }, remoteUserId: 'recruiter-1' }));
  assert.deepEqual(wire.refusal(), ['/model/candidate MISSING_REQUIRED_FIELD']);
});

test('each meta names what a write takes', async () => {
  for (const [resource, field] of [[applications, 'job'], [attachments, 'file_url'], [activities, 'activity_type']]) {
    await resource.metaPostRetrieve();
    const { model } = wire.answer('MetaResponse').request_schema.properties;
    assert.ok(field in model.properties && model.required.includes('candidate'));
  }
});
