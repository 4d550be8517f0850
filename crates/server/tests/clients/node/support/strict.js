'use strict';
// Holds a raw answer against the SDK's own serialization schemas, strictly.
//
// The SDK parses with `skipValidation`, lets unknown keys and unknown enum values through, and every property of its
// models is optional. So here its schemas are loaded a second time, for parsing alone, with three of their builders
// changed before any schema is built:
//   * object: a key that is optional must be there all the same (null is another thing, and stays allowed);
//   * undiscriminatedUnion: "the enum or any string" is the enum;
//   * date: a time has a zone.
// What may differ stands in ../../allowed.json, each line with its reason.
const path = require('node:path');
const { folder } = require('./line.js');
const allowed = require('../../allowed.json');

const builders = path.join(folder, 'core', 'schemas', 'builders');
const properties = new WeakMap(); // an object's schema -> its properties, as the builder got them
const enums = new WeakSet();

function load() {
  const mine = (file) => file.startsWith(folder + path.sep);
  const others = Object.keys(require.cache).filter(mine);
  const kept = others.map((file) => [file, require.cache[file]]);
  others.forEach((file) => delete require.cache[file]);
  try {
    change('object/object.js', 'object', (object) => (given) => {
      const demanded = Object.fromEntries(Object.entries(given).map(([key, one]) => [key, demand(one)]));
      const schema = object(demanded);
      properties.set(schema, { given, demanded });
      return schema;
    });
    change('enum/enum.js', 'enum_', (enum_) => (values) => {
      const schema = enum_(values);
      enums.add(schema);
      return schema;
    });
    change('undiscriminated-union/undiscriminatedUnion.js', 'undiscriminatedUnion', (union) => (members) => {
      const strict = members.find((member) => enums.has(member));
      return strict ?? union(members);
    });
    change('date/date.js', 'date', (date) => () => {
      const schema = date();
      const { optional } = schema;
      return { ...schema, parse: zoned(schema.parse), optional: () => withParse(optional(), zoned) };
    });
    return require(path.join(folder, 'serialization', 'index.js')).ats;
  } finally {
    Object.keys(require.cache).filter(mine).forEach((file) => delete require.cache[file]);
    kept.forEach(([file, module]) => { require.cache[file] = module; });
  }
}

// The builders are asked for by the name under which their file exports them, each time anew.
function change(file, name, how) {
  const module = require(path.join(builders, file));
  if (typeof module[name] !== 'function') {
    throw new Error(`${file} has no ${name}: the SDK is built otherwise than this checker knows`);
  }
  module[name] = how(module[name]);
}

// What is not "optional" by its type is required by `object`.
function demand(property) {
  return property.isProperty
    ? { ...property, valueSchema: { ...property.valueSchema, getType: () => 'nullable' } }
    : { ...property, getType: () => 'nullable' };
}

function withParse(schema, how) {
  return { ...schema, parse: how(schema.parse) };
}

function zoned(parse) {
  return (raw, options) => {
    const parsed = parse(raw, options);
    if (!parsed.ok || raw == null || /T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(raw)) {
      return parsed;
    }
    return { ok: false, errors: [{ path: options?.breadcrumbsPrefix ?? [], message: `${raw} has no zone` }] };
  };
}

const schemas = load();
const keyOf = ([key, one]) => (one.isProperty ? one.rawKey : key);

function relax(model, { field, may }) {
  const { given, demanded } = properties.get(schemas[model]);
  const [key] = Object.entries(given).find((entry) => keyOf(entry) === field) ?? [];
  if (may === 'be missing' && key) {
    demanded[key] = given[key];
  } else if (may === 'be extra' && !key) {
    demanded[field] = anything;
  } else if (may === 'be outside the enum' && key) {
    const text = { ...anything, parse: (raw, options) => stringOnly(raw, options), getType: () => 'nullable' };
    demanded[key] = given[key].isProperty ? { ...given[key], valueSchema: text } : text;
  }
}

const anything = {
  parse: (raw) => ({ ok: true, value: raw }),
  json: (parsed) => ({ ok: true, value: parsed }),
  getType: () => 'any',
};

function stringOnly(raw, options) {
  return typeof raw === 'string'
    ? { ok: true, value: raw }
    : { ok: false, errors: [{ path: options?.breadcrumbsPrefix ?? [], message: `${raw} is no string` }] };
}

for (const line of allowed) {
  const named = line.model.startsWith('*')
    ? Object.keys(schemas).filter((name) => name.endsWith(line.model.slice(1)) && properties.has(schemas[name]))
    : [line.model];
  named.forEach((model) => relax(model, line));
}

// Everything in which `raw` is not what the SDK's schema `model` says, or a list of it (`[]` behind its name).
function faults(model, raw) {
  const [name, list] = model.endsWith('[]') ? [model.slice(0, -2), true] : [model, false];
  const schema = schemas[name];
  if (!properties.has(schema)) {
    throw new Error(`the SDK has no model ${name}`);
  }
  if (list && !Array.isArray(raw)) {
    return [`${JSON.stringify(raw)} is no list`];
  }
  return (list ? raw : [raw]).flatMap((one) => {
    const parsed = schema.parse(one, {
      unrecognizedObjectKeys: 'fail',
      allowUnrecognizedUnionMembers: false,
      allowUnrecognizedEnumValues: false,
      skipValidation: false,
      breadcrumbsPrefix: [name],
    });
    return parsed.ok ? [] : parsed.errors.map((e) => `${e.path.join('.')}: ${e.message}`);
  });
}

module.exports = { faults };
