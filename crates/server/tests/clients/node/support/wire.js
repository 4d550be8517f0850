'use strict';
// What the SDK sent and what came back, byte for byte: the built-in fetch, with a memory.
const assert = require('node:assert/strict');
const { faults } = require('./strict.js');

const exchanges = [];
const builtIn = globalThis.fetch;
globalThis.fetch = async (address, options = {}) => {
  const response = await builtIn(address, options);
  const url = new URL(address);
  exchanges.push({
    method: options.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    content: typeof options.body === 'string' ? options.body : '',
    status: response.status,
    headers: response.headers,
    raw: Buffer.from(await response.clone().arrayBuffer()),
  });
  return response;
};

const last = () => exchanges.at(-1);
const sent = () => JSON.parse(last().content);

function describe({ method, path, query, content, status, raw }) {
  return `${method} ${path}?${query} ${content.slice(0, 2000)} -> ${status} ${raw.toString().slice(0, 2000)}`;
}

function body() {
  assert.equal(last().headers.get('content-type')?.split(';')[0], 'application/json', describe(last()));
  return JSON.parse(last().raw.toString());
}

// The last answer's body, once it is exactly what the SDK's schema of this name says.
function answer(model, status = 200) {
  assert.equal(last().status, status, describe(last()));
  const found = faults(model, body());
  assert.deepEqual(found, [], describe(last()));
  return body();
}

// The errors of a refused write: `pointer problem_type`, sorted.
function refusal() {
  assert.equal(last().status, 400, describe(last()));
  const { model, warnings, errors } = body();
  assert.equal(model, null, describe(last()));
  assert.deepEqual(faults('ErrorValidationProblem[]', errors), [], describe(last()));
  assert.deepEqual(faults('WarningValidationProblem[]', warnings), [], describe(last()));
  assert.notEqual(errors.length, 0, describe(last()));
  return errors.map((e) => `${e.source?.pointer} ${e.problem_type}`).sort();
}

// The sentence of a failure.
function detail(status) {
  assert.equal(last().status, status, describe(last()));
  assert.deepEqual(Object.keys(body()), ['detail'], describe(last()));
  return body().detail;
}

module.exports = { exchanges, last, sent, body, answer, refusal, detail, describe };
