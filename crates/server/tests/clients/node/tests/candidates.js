'use strict';
// Create, retrieve, PATCH, meta and ignore.
const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const test = require('node:test');
const { several } = require('../support/line.js');
const { base, client, connect, demo, fails, job, person, raw, unique } = require('../support/server.js');
const wire = require('../support/wire.js');

const { candidates } = client.ats;
const FIELDS = [
  'firstName', 'lastName', 'company', 'title', 'lastInteractionAt', 'isPrivate', 'canEmail', 'locations',
  'phoneNumbers', 'emailAddresses', 'urls', 'tags', 'applications', 'attachments', 'remoteTemplateId',
  'integrationParams', 'linkedAccountParams',
];
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test('every field is kept and read back', async () => {
  const tag = unique();
  const { id } = await job();
  const seen = new Date('2026-01-02T03:04:05.678Z');
  const made = await candidates.create({
    model: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      company: 'Analytical Engines',
      title: 'Programmer',
      lastInteractionAt: seen,
      isPrivate: true,
      canEmail: false,
      locations: ['London', 'Ockham Park'],
      phoneNumbers: [{ value: '+442079460000', phoneNumberType: 'MOBILE' }],
      emailAddresses: [{ value: `${tag}@example.com`, emailAddressType: 'WORK' }],
      urls: [{ value: 'https://ada.example/blog', urlType: 'BLOG' }],
      tags: [tag, 'High-Priority'],
      applications: [{ job: id }],
      attachments: [{ fileName: 'cv.pdf', fileUrl: 'https://files.example/cv.pdf', attachmentType: 'RESUME' }],
    },
    remoteUserId: 'recruiter-1',
  });
  const body = wire.answer('CandidateResponse', 201);
  assert.deepEqual([body.warnings, body.errors, 'logs' in body], [[], [], false]);
  const read = await candidates.retrieve(made.model.id);
  const record = wire.answer('Candidate');
  assert.deepEqual(record, body.model);
  assert.equal(read.lastInteractionAt.getTime(), seen.getTime());
  assert.deepEqual([record.first_name, record.last_name, record.company, record.title], [
    'Ada', 'Lovelace', 'Analytical Engines', 'Programmer',
  ]);
  assert.deepEqual([record.is_private, record.can_email, record.remote_was_deleted], [true, false, false]);
  assert.deepEqual(record.locations, ['London', 'Ockham Park']);
  assert.deepEqual(record.phone_numbers.map((p) => [p.value, p.phone_number_type]), [['+442079460000', 'MOBILE']]);
  assert.deepEqual(record.email_addresses.map((e) => [e.value, e.email_address_type]), [[`${tag}@example.com`, 'WORK']]);
  assert.deepEqual(record.urls.map((u) => [u.value, u.url_type]), [['https://ada.example/blog', 'BLOG']]);
  assert.deepEqual([...record.tags].sort(), [tag, 'High-Priority'].sort());
  assert.deepEqual([record.applications.length, record.attachments.length, record.remote_data], [1, 1, null]);
});

test('null is accepted for every optional field', async () => {
  const model = Object.fromEntries(FIELDS.map((name) => [name, undefined]));
  await candidates.create({ model, remoteUserId: 'recruiter-1' });
  assert.deepEqual(wire.sent(), {
    model: Object.fromEntries(FIELDS.map((name) => [snake(name), null])),
    remote_user_id: 'recruiter-1',
  });
  const body = wire.answer('CandidateResponse', 201);
  assert.deepEqual([body.warnings, body.model.first_name, body.model.tags], [[], null, []]);
});

test('debug mode shows one log that has a page', async () => {
  const tag = unique();
  const made = await candidates.create({ model: { tags: [tag] }, remoteUserId: 'recruiter-1', isDebugMode: true });
  assert.equal(wire.last().query.get('is_debug_mode'), 'true');
  assert.equal(wire.answer('CandidateResponse', 201).logs.length, 1);
  assert.ok(made.logs[0].dashboardView.startsWith(demo.url));
  await candidates.partialUpdate(made.model.id, { model: { title: 'x' }, remoteUserId: 'recruiter-1', isDebugMode: true });
  assert.equal(wire.answer('CandidateResponse').logs.length, 1);
});

test('run_async changes nothing', async () => {
  const made = await candidates.create({ model: { tags: [unique()] }, remoteUserId: 'recruiter-1', runAsync: true });
  assert.equal(wire.last().query.get('run_async'), 'true');
  const { model } = wire.answer('CandidateResponse', 201);
  await candidates.retrieve(made.model.id);
  assert.deepEqual(wire.answer('Candidate'), model);
});

test('expand shows the objects that are named', async () => {
  const { id } = await job();
  const made = await person(unique(), { applications: [{ job: id }], attachments: [{ fileName: 'cv.pdf' }] });
  await candidates.retrieve(made.id, { expand: 'applications' });
  const one = wire.answer('Candidate');
  assert.deepEqual([typeof one.applications[0], typeof one.attachments[0]], ['object', 'string']);
  await candidates.retrieve(made.id, { expand: several('applications', 'attachments') });
  assert.deepEqual(wire.last().query.getAll('expand'), ['applications,attachments']);
  const both = wire.answer('Candidate');
  assert.deepEqual([both.applications[0].candidate, both.attachments[0].candidate], [made.id, made.id]);
});

test('remote data comes when asked for', async () => {
  const tag = unique();
  const made = await person(tag, { company: `${tag} & Co` });
  await candidates.retrieve(made.id, { includeRemoteData: true, includeShellData: false });
  assert.match(JSON.stringify(wire.answer('Candidate').remote_data), new RegExp(`${tag} & Co`));
});

test('an unknown candidate is 404', async () => {
  const unknown = randomUUID();
  for (const call of [
    () => candidates.retrieve(unknown),
    () => candidates.partialUpdate(unknown, { model: { title: 'x' }, remoteUserId: 'recruiter-1' }),
    () => candidates.metaPatchRetrieve(unknown),
    () => candidates.ignoreCreate(unknown, { reason: 'OTHER' }),
  ]) {
    await fails(404, call);
    assert.equal(wire.detail(404), 'Not found.');
  }
});

test('PATCH changes what is there, null clears, lists are replaced', async () => {
  const tag = unique();
  const made = await person(tag, { company: 'Engines', title: 'Programmer', locations: ['London', 'Ockham'] });
  await candidates.partialUpdate(made.id, {
    model: { title: undefined, locations: ['Marylebone'] },
    remoteUserId: 'recruiter-1',
  });
  assert.deepEqual(wire.sent(), { model: { title: null, locations: ['Marylebone'] }, remote_user_id: 'recruiter-1' });
  const after = wire.answer('CandidateResponse').model;
  assert.deepEqual([after.title, after.company, after.locations, after.tags], [null, 'Engines', ['Marylebone'], [tag]]);
  await candidates.retrieve(made.id);
  assert.deepEqual(wire.answer('Candidate'), after);
});

test('a refused PATCH changes nothing', async () => {
  const made = await person(unique());
  const model = { firstName: 'Augusta', urls: [{ value: 'x', urlType: 'MYSPACE' }] };
  await fails(400, () => candidates.partialUpdate(made.id, { model, remoteUserId: 'recruiter-1' }));
  assert.deepEqual(wire.refusal(), ['/model/urls/0/url_type INVALID_FIELD_CHOICE']);
  await candidates.retrieve(made.id);
  assert.equal(wire.answer('Candidate').first_name, 'Ada');
});

test('meta names every field that a write takes', async () => {
  const made = await person(unique());
  const optional = ['integration_params', 'linked_account_params', 'remote_template_id'];
  for (const call of [() => candidates.metaPostRetrieve(), () => candidates.metaPatchRetrieve(made.id)]) {
    await call();
    const meta = wire.answer('MetaResponse');
    const { model } = meta.request_schema.properties;
    const named = Object.keys(model.properties).filter((name) => !optional.includes(name));
    assert.deepEqual(named.sort(), FIELDS.map(snake).filter((name) => !optional.includes(name)).sort());
    assert.equal(meta.status.can_make_request, true);
  }
});

test('an ignored candidate is a shell', async () => {
  const tag = unique();
  const made = await person(tag);
  await candidates.ignoreCreate(made.id, { reason: 'GENERAL_CUSTOMER_REQUEST', message: 'by mail' });
  assert.equal(wire.last().status, 200);
  assert.deepEqual(wire.sent(), { reason: 'GENERAL_CUSTOMER_REQUEST', message: 'by mail' });
  await fails(404, () => candidates.retrieve(made.id));
  await candidates.retrieve(made.id, { includeShellData: true });
  const shell = wire.answer('Candidate');
  assert.deepEqual([shell.id, shell.first_name, shell.last_name], [made.id, null, null]);
});

test('without /api in the base it works as well', async () => {
  const made = await person(unique());
  await connect({ baseUrl: base.replace(/\/api$/, '') }).ats.candidates.retrieve(made.id);
  assert.ok(!wire.last().path.includes('/api/'));
  wire.answer('Candidate');
});

test('the raw answer has its status and headers', async () => {
  const made = await candidates.create({ model: { tags: [unique()] }, remoteUserId: 'recruiter-1' }).withRawResponse();
  assert.equal(made.rawResponse.status, 201);
  assert.match(made.data.model.id, /^[0-9a-f-]{36}$/);
});

test('expand may be repeated', async () => {
  const { id } = await job();
  const made = await person(unique(), { applications: [{ job: id }], attachments: [{ fileName: 'cv.pdf' }] });
  await raw('GET', `candidates/${made.id}?expand=applications&expand=attachments`);
  const both = wire.answer('Candidate');
  assert.deepEqual([typeof both.applications[0], typeof both.attachments[0]], ['object', 'object']);
});
