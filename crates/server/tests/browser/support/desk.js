'use strict';
// What stories of the desk share.

const { spawn } = require('node:child_process');
const { createHmac } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { demo, until } = require('./demo.js');

/** Fills in the sign-in that the page shows, as the demo's owner unless told otherwise. */
async function signIn(page, { email, password } = demo.desk) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('details.me').waitFor({ state: 'attached' });
  // Its scripts have begun, too: keys and clicks are for it from now on.
  await page.waitForLoadState();
}

/**
 * A server of its own on an empty folder, for stories that would disturb others: { url, code, stop }. `code` is that of its
 * set-up.
 */
async function emptyServer() {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-empty-'));
  const binary = process.env.MUSTER_BIN ?? path.join(__dirname, '../../../../../target/debug/muster');
  const child = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, MUSTER_LOG: 'warn' } });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    fs.rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const [, url, code] = said.match(/(http:\S+)\/setup\s+with the code\s+(\S+)/) ?? [];
      if (code) resolve({ url, code, stop });
    });
    setTimeout(() => reject(new Error(`the server does not say how it is set up: ${said}`)), 120_000).unref();
    ended.then(() => reject(new Error(`the server ended: ${said}`)));
  });
  return ready;
}

/** The six digits that an app with this secret (base32) shows now (RFC 6238), or so many steps later. */
function code(secret, later = 0) {
  const bits = [...secret.replace(/ /g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac('sha1', key).update(step).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** `code`, with most of its half minute left: it is still good when it has been typed and sent, on a busy machine too. */
async function freshCode(secret, later) {
  await until('a new half minute', () => Date.now() % 30_000 < 15_000, { every: 500 });
  return code(secret, later);
}

module.exports = { emptyServer, freshCode, signIn };
