'use strict';
// The checker itself: one that finds nothing would make every other test here worthless.
const assert = require('node:assert/strict');
const test = require('node:test');
const line = require('../support/line.js');
const { faults } = require('../support/strict.js');

const PHONE = {
  created_at: '2026-01-02T03:04:05.678901Z',
  modified_at: null,
  value: '+442079460000',
  phone_number_type: 'MOBILE',
  remote_was_deleted: false,
};

test('this is one of the pinned lines', () => {
  assert.equal(line.version, line.pinned);
});

test('what is right has no fault', () => {
  assert.deepEqual(faults('PhoneNumber', PHONE), []);
});

for (const [field, wrong] of [
  ['phone_number_type', 'mobile'],
  ['phone_number_type', 5],
  ['remote_was_deleted', 'false'],
  ['value', 442079460000],
  ['created_at', '2026-01-02T03:04:05'],
  ['created_at', '2026-01-02'],
  ['created_at', 1767323045],
]) {
  test(`a wrong value is found: ${field} ${wrong}`, () => {
    assert.equal(faults('PhoneNumber', { ...PHONE, [field]: wrong }).length, 1);
  });
}

test('a missing key and an extra one are found', () => {
  const { value: _, ...short } = PHONE;
  assert.deepEqual(faults('PhoneNumber', short), ['PhoneNumber: Missing required key "value"']);
  assert.deepEqual(faults('PhoneNumber', { ...PHONE, ext: 1 }), ['PhoneNumber.ext: Unexpected key "ext"']);
});

test('faults are found in depth', () => {
  const page = { next: null, previous: null, results: [{ name: 1 }] };
  assert.ok(faults('PaginatedTagList', page).some((fault) => fault.includes('name: Expected string')));
  assert.ok(faults('PaginatedTagList', page).some((fault) => fault.includes('Missing required key "remote_id"')));
});

test('what allowed.json allows is allowed there and nowhere else', () => {
  const problem = { title: 'x', detail: 'x', problem_type: 'x' };
  assert.deepEqual(faults('WarningValidationProblem', problem), []);
  assert.deepEqual(faults('ErrorValidationProblem[]', [problem]), []);
  assert.equal(faults('WarningValidationProblem', { ...problem, logs: [] }).length, 1);
  assert.equal(faults('ErrorValidationProblem[]', problem).length, 1);
});

test('the client that is driven keeps its own, lenient schemas', () => {
  const { serialization } = line.sdk;
  const schema = (serialization ?? require(`${line.folder}/serialization/index.js`)).ats.PhoneNumber;
  assert.equal(schema.parse({}, { unrecognizedObjectKeys: 'fail' }).ok, true);
});
