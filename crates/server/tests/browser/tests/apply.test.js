'use strict';
// Applying, as a person does it: with a script and without, by keyboard, in two tabs, over a bad connection. Whatever happens on the
// way, nothing that was written is lost and one application comes of it.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { PHONE, becomes, demo, until, visit, whole } = require('../support/browser.js');
const { accessible, accessibleWithoutScript, fits } = require('../support/looks.js');
const {
  answer, api, applications, arrived, begin, candidate, connection, downloaded, elsewhere, file, invite, job, nothingUnsaved, received, saved, send,
  somebody,
} = require('../support/applying.js');

const here = (how = {}) => ({ extraHTTPHeaders: elsewhere(), ...how });
const BOTH = [['with', true], ['without', false]];

// --- the whole way ------------------------------------------------------------------------------------------------

for (const [word, javaScriptEnabled] of BOTH) {
  const clean = javaScriptEnabled ? accessible : accessibleWithoutScript;

  test(`${word} JavaScript somebody applies by the job's public page`, async () => {
    const [{ public_link: link }, email, resume] = [await job(), somebody(), file('resume.pdf', 300_000)];
    await visit(here({ javaScriptEnabled, viewport: PHONE }), async (page) => {
      await begin(page, link);
      await answer(page, email);
      await page.getByLabel('Why do you want').fill('Trees.\nAnd hedges.');
      await page.getByLabel('When can you start').fill('2026-12-01');
      await page.getByLabel('Years of experience').fill('7');
      await page.getByLabel('Your website').fill('https://example.org/ada');
      await page.getByLabel('One month').check();
      await page.getByLabel('Rake').check();
      await page.getByLabel('Saw').check();
      await page.getByLabel('Yes', { exact: true }).check();
      await page.getByLabel('Resume').setInputFiles(resume.path);
      if (javaScriptEnabled) await arrived(page, 'resume.pdf').waitFor();
      await send(page).click();
      await received(page);
      await clean(page);
      await fits(page);
      for (const said of ['Trees.', '2026-12-01', 'https://example.org/ada', 'One month', 'Rake, Saw', 'We keep your data']) {
        await page.getByText(said).first().waitFor();
      }
      assert.deepEqual(await downloaded(page, page.getByRole('link', { name: /^resume\.pdf/ })), resume.bytes);
      const whole = JSON.parse(await downloaded(page, page.getByRole('link', { name: 'Download everything' })));
      assert.ok(JSON.stringify(whole).includes('And hedges.'));
    });
    const [application, ...more] = await applications(email);
    assert.deepEqual(more, []);
    const { answers } = await api('GET', `/applications/${application.id}`);
    assert.ok(JSON.stringify(answers).includes('Three months') === false && JSON.stringify(answers).includes('One month'));
  });

  test(`${word} JavaScript somebody who was invited applies, and takes it back`, async () => {
    const email = somebody();
    const link = await invite(email);
    await visit(here({ javaScriptEnabled }), async (page) => {
      await page.goto(link);
      await page.getByText('invites you to apply').waitFor();
      assert.equal(await page.getByLabel('E-mail address').inputValue(), email);
      await page.getByLabel('Phone').fill('+44 20 7946 0001');
      await send(page).click();
      await received(page);
      assert.equal((await applications(email)).length, 1);
      await page.getByText('Withdraw the application').click();
      await page.getByRole('button', { name: 'Withdraw now' }).click();
      await page.getByRole('heading', { level: 1, name: 'You have withdrawn your application' }).waitFor();
      await clean(page);
      assert.equal(page.url(), link);
    });
    const [application] = await applications(email);
    assert.equal(application.disposition, 'withdrawn');
  });

  test(`${word} JavaScript faults are said at the top and at their fields, and files are kept`, async () => {
    const [{ public_link: link }, email, resume] = [await job(), somebody(), file('kept.pdf', 50_000)];
    await visit(here({ javaScriptEnabled, viewport: PHONE }), async (page) => {
      await begin(page, link);
      await page.getByLabel('Your full name').fill('Ada');
      await page.getByLabel('Your website').fill('not one');
      await page.getByLabel('Resume').setInputFiles(resume.path);
      if (javaScriptEnabled) await arrived(page, 'kept.pdf').waitFor();
      await send(page).click();
      const summary = page.getByRole('alert');
      await summary.getByText('There are 4 things to look at').waitFor();
      await becomes(() => page.evaluate(() => document.activeElement.id), 'summary');
      assert.match(await page.title(), /^Error: /);
      await clean(page);
      await fits(page);
      await summary.getByRole('link', { name: 'Phone' }).click();
      const phone = page.getByLabel('Phone');
      await becomes(() => phone.evaluate((e) => e === document.activeElement), true);
      assert.equal(await phone.getAttribute('aria-invalid'), 'true');
      await arrived(page, 'kept.pdf').waitFor();
      await answer(page, email);
      await page.getByLabel('Your website').fill('');
      await send(page).click();
      await received(page);
      assert.deepEqual(await downloaded(page, page.getByRole('link', { name: /^kept\.pdf/ })), resume.bytes);
    });
    assert.equal((await applications(email)).length, 1);
  });

  test(`${word} JavaScript the back button and a second click send nothing more`, async () => {
    const email = somebody();
    const link = await invite(email);
    await visit(here({ javaScriptEnabled }), async (page) => {
      await page.goto('/docs');
      await page.goto(link);
      await page.getByLabel('Phone').fill('+44 20 7946 0001');
      await send(page).dblclick();
      await received(page);
      await page.goBack();
      await page.goForward();
      await received(page);
      assert.equal(await send(page).count(), 0);
    });
    assert.equal((await applications(email)).length, 1);
    assert.equal(await submissions(email), 1);
  });
}

/** How often something was taken in from this person by the page. */
async function submissions(email) {
  const { submissions: ids } = await candidate(email);
  const all = await Promise.all(ids.map((id) => api('GET', `/submissions/${id}`)));
  assert.ok(all.every((s) => s.dialect), JSON.stringify(all));
  return all.filter((s) => s.dialect === 'page').length;
}

test('by keyboard alone one applies', async () => {
  const email = somebody();
  const link = await invite(email);
  await visit(here(), async (page) => {
    await page.goto(link);
    const to = async (locator) => {
      for (let n = 0; n < 60; n += 1) {
        if (await locator.evaluate((e) => e === document.activeElement)) return;
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => {
          const { top, bottom } = document.activeElement.getBoundingClientRect();
          const strip = document.getElementById('saving')?.getBoundingClientRect();
          const hidden = strip && strip.height > 0 && top >= strip.top && document.activeElement !== document.body;
          return !hidden && bottom > 0 && top < innerHeight;
        });
        assert.ok(seen, 'what has the focus is out of sight');
      }
      assert.fail('it cannot be reached by Tab');
    };
    await to(page.getByLabel('Your full name'));
    await to(page.getByLabel('Phone'));
    await page.keyboard.type('+44 20 7946 0001');
    await to(page.getByLabel('Immediately'));
    await page.keyboard.press('ArrowDown');
    await to(page.getByLabel('Cover letter'));
    await page.keyboard.type('Dear engine,');
    await to(send(page));
    await page.keyboard.press('Enter');
    await received(page);
    await page.getByText('One month').waitFor();
  });
  assert.equal((await applications(email)).length, 1);
});

// --- saved while one types ----------------------------------------------------------------------------------------

test('what is typed is saved by itself and stands there on another device', async () => {
  const { public_link: link } = await job();
  let own;
  await visit(here(), async (page) => {
    own = await begin(page, link);
    await page.getByLabel('Why do you want').pressSequentially('Because of the trees');
    await page.getByLabel('Rake').check();
    await page.getByLabel('Hoe').check();
    await saved(page);
    await page.getByLabel('Hoe').uncheck();
    await nothingUnsaved(page);
    await accessible(page);
  });
  await visit(here({ javaScriptEnabled: false }), async (page) => {
    await page.goto(own);
    assert.equal(await page.getByLabel('Why do you want').inputValue(), 'Because of the trees');
    assert.ok(await page.getByLabel('Rake').isChecked());
    assert.ok(!await page.getByLabel('Hoe').isChecked());
  });
});

test('what was typed just before leaving is saved', async () => {
  const { public_link: link } = await job();
  await visit(here(), async (page) => {
    const own = await begin(page, link);
    await page.getByLabel('Why do you want').fill('In a hurry');
    await page.goto('/docs');
    await page.goto(own);
    assert.equal(await page.getByLabel('Why do you want').inputValue(), 'In a hurry');
  });
});

test('without a connection it is kept on the device, without the secret of the link', async () => {
  const { public_link: link } = await job();
  await visit(here(), async (page) => {
    const own = await begin(page, link);
    await page.context().setOffline(true);
    await page.getByLabel('Why do you want').fill('From a train');
    await page.getByLabel('Saw').check();
    await page.getByText('There is no connection. What you enter is kept').waitFor();
    await accessible(page);
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.ok(kept.includes('From a train'));
    assert.ok(!kept.includes(own.split('/').pop()), 'the token lies in the storage');
    // The tab ends, by a crash or by its battery, before there is a connection again.
    const next = await page.context().newPage();
    await page.close();
    await page.context().setOffline(false);
    await next.goto(own);
    // Saved by this page, or by a last word of the one that ended, which goes out once there is a connection.
    await next.waitForFunction(() => localStorage.length === 0);
    assert.equal(await next.getByLabel('Why do you want').inputValue(), 'From a train');
    assert.ok(await next.getByLabel('Saw').isChecked());
    await next.reload();
    assert.equal(await next.getByLabel('Why do you want').inputValue(), 'From a train');
    assert.deepEqual(await next.evaluate(() => Object.keys(localStorage)), []);
  });
});

test('what was written otherwise elsewhere meanwhile is not undone: the person decides', async () => {
  const { public_link: link } = await job();
  await visit(here(), async (page) => {
    const own = await begin(page, link);
    await page.context().setOffline(true);
    await page.getByLabel('Why do you want').fill('Here');
    await page.getByText('There is no connection. What you enter is kept').waitFor();
    const next = await page.context().newPage();
    await page.close();
    await visit(here(), async (other) => {
      await other.goto(own);
      await other.getByLabel('Why do you want').fill('There');
      await saved(other);
    });
    await page.context().setOffline(false);
    await next.goto(own);
    assert.equal(await next.getByLabel('Why do you want').inputValue(), 'There');
    await next.getByText('On this device you had entered something else: “Here”.').waitFor();
    await accessible(next);
    await next.getByRole('button', { name: 'Use this' }).click();
    await saved(next);
    await next.reload();
    assert.equal(await next.getByLabel('Why do you want').inputValue(), 'Here');
  });
});

test('two tabs write into one draft, and one that is left behind says so', async () => {
  const email = somebody();
  const link = await invite(email);
  await visit(here(), async (first) => {
    const second = await first.context().newPage();
    await first.goto(link);
    await second.goto(link);
    await first.getByLabel('Phone').fill('+44 20 7946 0001');
    await saved(first);
    await second.getByLabel('Cover letter').fill('From the second tab');
    await saved(second);
    await first.bringToFront();
    await send(first).click();
    await received(first);
    await first.getByText('From the second tab').waitFor();
    await second.bringToFront();
    await second.getByLabel('Cover letter').fill('Too late');
    await second.getByText('Nothing more can be saved here').waitFor();
    await accessible(second);
    await send(second).click();
    await received(second);
  });
  assert.equal((await applications(email)).length, 1);
  assert.equal(await submissions(email), 1);
});

// --- a bad connection ---------------------------------------------------------------------------------------------

test('without a connection the page stays and says so; later the same button sends', async () => {
  const email = somebody();
  const link = await invite(email);
  await visit(here(), async (page) => {
    await page.goto(link);
    await page.getByLabel('Phone').fill('+44 20 7946 0001');
    await page.context().setOffline(true);
    await send(page).click();
    await page.getByText('the application has not been sent').waitFor();
    await send(page).click();
    // That try has failed, too, before there is a connection again.
    await page.getByText('the application has not been sent').waitFor();
    await page.context().setOffline(false);
    await page.getByText('There is a connection again').waitFor();
    await page.getByLabel('Phone').fill('+44 20 7946 0002');
    await send(page).click();
    await received(page);
    await page.getByText('+44 20 7946 0002').waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [], 'something lies on the device after all was sent');
  });
  assert.equal((await applications(email)).length, 1);
});

for (const [word, javaScriptEnabled] of BOTH) {
  test(`${word} JavaScript an answer that is lost on its way leaves one application`, async () => {
    const email = somebody();
    const link = await invite(email);
    const { how, cut, close } = await connection();
    try {
      await visit(here({ ...how, javaScriptEnabled }), async (page) => {
        await page.goto(link);
        await page.getByLabel('Phone').fill('+44 20 7946 0001');
        cut.answer((method, path) => method === 'POST' && /^\/apply\/[^/]+$/.test(path));
        await send(page).click();
        // The browser's own page, which is all that one sees of such an end.
        await until(() => `${page.url()} becomes an error`, () => page.url().startsWith('chrome-error:'));
        cut.mend();
        await page.goto(link);
        await received(page);
      });
    } finally {
      close();
    }
    assert.equal(cut.count, 1);
    assert.equal((await applications(email)).length, 1);
    assert.equal(await submissions(email), 1);
  });
}

test('leaving asks only where something would be lost', async () => {
  const { public_link: link } = await job();
  await visit(here(), async (page) => {
    const own = await begin(page, link);
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked += 1;
      dialog.accept();
    });
    await page.getByLabel('Why do you want').pressSequentially('saved');
    await saved(page);
    await page.goto('/docs');
    assert.equal(asked, 0);
    await page.goto(own);
    await page.context().setOffline(true);
    await page.getByLabel('Why do you want').pressSequentially(' and not');
    await page.getByText('There is no connection. What you enter is kept').waitFor();
    await page.reload().catch(() => {});
    assert.equal(asked, 1);
  });
});

// --- for everybody ------------------------------------------------------------------------------------------------

test('each language is a choice on the page, keeps what is written and is remembered', async () => {
  const { public_link: link } = await job();
  for (const javaScriptEnabled of [true, false]) {
    await visit(here({ javaScriptEnabled, viewport: PHONE }), async (page) => {
      await begin(page, link);
      await page.getByLabel('Why do you want').fill('Arbres');
      const titles = { Deutsch: 'Ihre Bewerbung', 'Español': 'Su candidatura', 'Français': 'Votre candidature', English: 'Your application' };
      for (const [name, title] of Object.entries(titles)) {
        await page.getByRole('button', { name, exact: true }).click();
        await page.getByText(title, { exact: true }).first().waitFor();
        await whole(page);
        assert.equal(await page.locator('html').getAttribute('lang'), { D: 'de', E: name === 'English' ? 'en' : 'es', F: 'fr' }[name[0]]);
        assert.equal(await page.getByLabel('Why do you want').inputValue(), 'Arbres');
        await (javaScriptEnabled ? accessible : accessibleWithoutScript)(page);
        await fits(page);
      }
    });
  }
});

test('at 200 % zoom nothing scrolls sideways', async () => {
  const { public_link: link } = await job();
  await visit(here({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }), async (page) => {
    await page.goto(link);
    await fits(page);
    await begin(page, link);
    await fits(page);
    await send(page).click();
    await page.getByRole('alert').waitFor();
    await fits(page);
  });
});

test('a search engine reads the job, and the secret of a link stays here', async () => {
  const { public_link: link, title } = await job();
  await visit(here(), async (page) => {
    const open = await page.goto(link);
    const data = JSON.parse(await page.locator('script[type="application/ld+json"]').textContent());
    assert.equal(data['@type'], 'JobPosting');
    assert.equal(data.title, title);
    assert.equal(data.hiringOrganization.name, 'Analytical Engines');
    assert.ok(!Number.isNaN(Date.parse(data.datePosted)));
    assert.ok(!/script-src [^;]*unsafe/.test(open.headers()['content-security-policy']));
    const own = await begin(page, link);
    const headers = (await page.reload()).headers();
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(headers['cache-control'], /no-store/);
    assert.match(headers['x-robots-tag'], /noindex/);
    const policy = headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'", "form-action 'self'"]) {
      assert.ok(policy.includes(part), part);
    }
    assert.ok(!policy.includes('unsafe'));
    // There, not only on its way there: a context that is closed in the midst of going may never end.
    const [asked] = await Promise.all([
      page.waitForRequest(`${demo.url}/docs`),
      page.waitForURL(`${demo.url}/docs`),
      page.evaluate(() => location.assign('/docs')),
    ]);
    assert.equal((await asked.allHeaders()).referer, undefined);
    assert.ok(own.startsWith(`${demo.url}/apply/`));
  });
});
