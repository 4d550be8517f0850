// Lets a reference's calls be tried: credentials from the top of the page, the rest from the call's own form. Nothing is
// kept anywhere but in the page, and the page's policy lets nothing be sent but to our own origin.

const base = location.origin + document.getElementById('base').dataset.base;
document.getElementById('base').textContent = base;

/** An element with these properties and children. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// --- the call -----------------------------------------------------------------------------------------------------

/** A JWT of this issuer, signed by HS256, good for ten minutes. */
async function mint(issuer, secret) {
  if (!crypto.subtle) throw new Error('a browser signs over https (or on this machine) only; paste a token instead');
  const bytes = (text) => new TextEncoder().encode(text);
  const part = (data) => btoa(String.fromCharCode(...data)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const claims = { iss: issuer, exp: Math.floor(Date.now() / 1000) + 600 };
  const signed = `${part(bytes('{"alg":"HS256","typ":"JWT"}'))}.${part(bytes(JSON.stringify(claims)))}`;
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, bytes(signed));
  return `${signed}.${part(new Uint8Array(signature))}`;
}

/** The headers of those credentials that this call takes and somebody filled in. */
async function credentialsFor(wanted) {
  const headers = [];
  for (const field of document.querySelectorAll('[data-credential]')) {
    const { credential, header, before } = field.dataset;
    const given = field.value.trim();
    if (!given || !wanted.includes(credential)) continue;
    const secret = document.querySelector(`[data-secret-of="${field.id}"]`)?.value.trim();
    const value = secret ? await mint(given, secret) : given;
    // Whoever pasted the whole value of the header meant the same.
    const whole = before && value.toLowerCase().startsWith(before.toLowerCase()) ? value : before + value;
    headers.push([header, whole]);
  }
  return headers;
}

/** What the form says: { method, url, headers: [[name, value]], body }. */
async function callOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = [];
  let body;
  for (const field of form.querySelectorAll('[data-in]')) {
    const { in: place, name, media } = field.dataset;
    if (place === 'path') path = path.replaceAll(`{${name}}`, encodeURIComponent(field.value));
    else if (field.value === '') continue;
    else if (place === 'query') query.append(name, field.value);
    else if (place === 'header') headers.push([name, field.value]);
    else if (place === 'body') {
      body = field.value;
      headers.push(['Content-Type', media]);
    }
  }
  headers.push(...await credentialsFor(form.dataset.credentials.split(' ')));
  const asked = query.toString();
  return { method: form.dataset.method, url: base + path + (asked && `?${asked}`), headers, body };
}

/** The same call for a POSIX shell. */
function curlOf({ method, url, headers, body }) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const parts = [`curl -sS -i -X ${method} ${quoted(url)}`];
  for (const [name, value] of headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

// --- its answer ---------------------------------------------------------------------------------------------------

async function send(form) {
  const outcome = form.querySelector('.outcome');
  const button = form.querySelector('button');
  button.disabled = true;
  let call;
  try {
    call = await callOf(form);
    const began = performance.now();
    const answer = await fetch(call.url, {
      method: call.method,
      headers: call.headers,
      body: call.body,
      // The desk's session is nobody's API key, and a redirect would lead away from what was asked.
      credentials: 'omit',
      redirect: 'manual',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    const bytes = await answer.blob();
    const took = Math.round(performance.now() - began);
    show(outcome, call, await shown(answer, bytes, took));
  } catch (error) {
    show(outcome, call, [make('p', { className: 'fault' }, `The call could not be made: ${error.message}`)]);
  } finally {
    button.disabled = false;
  }
  outcome.querySelector('h5').focus();
}

/** The status, the headers and the body, as elements. */
async function shown(answer, bytes, took) {
  const status = make('p', {}, make('span', { className: 'status' }, String(answer.status)),
    ` ${answer.statusText} in ${took} ms, ${bytes.size} bytes`);
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const parts = [status, make('h6', {}, 'Headers'), box(headers, 'Headers of the answer')];
  const media = answer.headers.get('content-type') ?? '';
  if (bytes.size > 0) parts.push(make('h6', {}, 'Body'), await bodyOf(bytes, media));
  return parts;
}

async function bodyOf(bytes, media) {
  if (/json/.test(media)) {
    const text = await bytes.text();
    try {
      return box(JSON.stringify(JSON.parse(text), null, 2), 'Body of the answer');
    } catch {
      return box(text, 'Body of the answer');
    }
  }
  // A file is never shown here: it is somebody's, and could be anything.
  const download = make('a', { href: URL.createObjectURL(bytes), download: 'answer' }, `Save ${bytes.size} bytes (${media || 'no type'})`);
  return make('p', {}, download);
}

function box(text, label) {
  const pre = make('pre', { tabIndex: 0 }, make('code', {}, text));
  pre.setAttribute('role', 'region');
  pre.setAttribute('aria-label', label);
  return pre;
}

function show(outcome, call, parts) {
  const heading = make('h5', { tabIndex: -1 }, 'Answer');
  const again = call ? [make('h6', {}, 'The same with curl'), box(curlOf(call), 'The same call with curl')] : [];
  outcome.replaceChildren(heading, ...parts, ...again);
  outcome.hidden = false;
}

// --- the page -----------------------------------------------------------------------------------------------------

document.getElementById('no-script').remove();
for (const form of document.querySelectorAll('form.try')) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form);
  });
}
const credentials = document.getElementById('credentials');
if (credentials) {
  credentials.hidden = false;
  credentials.addEventListener('submit', (event) => event.preventDefault());
}

// Shows the calls that speak of all words.
const find = document.getElementById('find');
find.hidden = false;
find.addEventListener('submit', (event) => event.preventDefault());
find.addEventListener('input', () => {
  const words = document.getElementById('words').value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const group of document.querySelectorAll('.group')) {
    let any = false;
    for (const one of group.querySelectorAll('details')) {
      const said = one.querySelector('summary').textContent.toLowerCase();
      one.hidden = !words.every((word) => said.includes(word));
      any ||= !one.hidden;
      if (!one.hidden && one.matches('.operation')) count += 1;
    }
    group.hidden = !any;
  }
  document.getElementById('found').textContent = words.length ? `${count} calls` : '';
});

// What an address names is opened, also where the browser does not do so by itself.
function open() {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const around = named && named.closest('details');
  if (around) {
    around.open = true;
    named.scrollIntoView();
  }
}
addEventListener('hashchange', open);
open();
