'use strict';
// Two dozen people, so that pages have something to show: the same in each run. By our own API and a vendor's, as real ones come.

const { api } = require('./demo.js');

const NAMES = [
  'Amara Okafor', 'Bogdan Ionescu', 'Chiara Marchetti', 'Deniz Yılmaz', 'Elin Sandberg', 'Farid Haddad', 'Grete Hansen', 'Hiroshi Tanaka',
  'Inés Navarro', 'Jonas Weber', 'Kavya Raman', 'Liam O’Connor', 'Marta Nowak', 'Noor Rahimi', 'Oskar Lindqvist', 'Priya Desai',
  'Quentin Morel', 'Rosa Delgado', 'Samuel Adeyemi', 'Tereza Nováková', 'Umar Siddiqui', 'Valentina Rossi', 'Wen Li', 'Yusuf Demir',
];
const WORK = [
  ['Backend engineer', 'Fjordbank'], ['Platform engineer', 'Lumen Rail'], ['Software engineer', 'Kestrel Maps'], ['Systems developer', 'Nordlys Energi'],
  ['Data engineer', 'Port of Aarhus'], ['Senior developer', 'Brightwater'],
];
const SKILLS = [['Rust', 'PostgreSQL'], ['Go', 'Kubernetes'], ['Python', 'Airflow'], ['Rust', 'SQLite', 'Linux'], ['Java', 'Kafka'], ['TypeScript', 'Node']];
const SOURCES = ['Referral', 'Careers page', 'LinkedIn', 'Careers page', 'University of Oslo'];
/** How far each has come: none of the later stages is fuller than the one before. */
const STAGES = [0, 0, 1, 0, 2, 1, 0, 3, 0, 1, 2, 0, 1, 0, 0, 2, 1, 0, 0, 1, 3, 0, 2, 0];

/** A PDF of these pages, each a list of [size, words], with Helvetica and a rule below the name. */
function pdf(pages) {
  const clean = (text) => text.normalize('NFD').replace(/[^\x20-\x7e]/g, '').replace(/[()\\]/g, '\\$&');
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', ''];
  const kids = [];
  for (const lines of pages) {
    let at = 790;
    const drawn = lines.map(([size, words]) => {
      at -= size * 1.55;
      const rule = size > 20 ? `0.06 0.37 0.39 RG 1.5 w 60 ${at - 10} m 535 ${at - 10} l S` : '';
      const line = `BT /${size > 11 ? 'F2' : 'F1'} ${size} Tf 60 ${at.toFixed(1)} Td (${clean(words)}) Tj ET ${rule}`;
      if (rule) at -= 12;
      return line;
    }).join('\n');
    const n = objects.length + 1;
    kids.push(`${n} 0 R`);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${n + 1} 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >> >> >> >>`,
      `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
    );
  }
  objects[1] = `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`;
  let out = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const at = out.length;
    out += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  return Buffer.from(`${out}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`, 'latin1');
}

/** Somebody's résumé: two pages. */
function resume(name, [title, company], skills) {
  const para = (words) => words.match(/.{1,88}(\s|$)/g).map((line) => [10.5, line.trim()]);
  return pdf([
    [
      [26, name], [11, `${title} - Oslo, Norway`], [10, ''],
      [13, 'Profile'],
      ...para('Nine years of services that must not lose anything: payments, timetables, measurements. I like small teams, plain code and reading what the database really does.'),
      [10, ''], [13, 'Experience'],
      [11.5, `${company}, ${title.toLowerCase()}, since 2021`],
      ...para('Moved the ledger from nightly batches to events that are written once and replayed. Cut the time of a booking from four seconds to ninety milliseconds without a second machine.'),
      ...para('Wrote the rehearsal that pulls the plug on each release, and the runbook that followed from it.'),
      [11.5, 'Taylor Memoirs, developer, 2017 to 2021'],
      ...para('Search over eleven million pages of scanned letters. Ranking, spelling of three centuries, and a queue that survived its disk.'),
      [10, ''], [13, 'Skills'],
      ...para(`${skills.join(', ')}, observability, incident reviews, writing.`),
      [10, ''], [13, 'Languages'], [10.5, 'Norwegian, English, some German'],
    ],
    [[13, 'Talks and writing'], ...para('"Nothing accepted is lost": on the order of fsync and answer. Oslo systems evening, 2025.'), [10, ''], [13, 'Education'], [10.5, 'University of Oslo, informatics, 2016']],
  ]);
}

/** Fills the demo's first job; answers { job, people } with an id for each name. */
async function furnish() {
  const [job] = (await api('GET', '/jobs')).data;
  const { stages } = await api('GET', `/jobs/${job.id}`);
  const people = [];
  for (const [n, name] of NAMES.entries()) {
    const [work, skills] = [WORK[n % WORK.length], SKILLS[n % SKILLS.length]];
    const plain = name.normalize('NFD').replace(/[^A-Za-z ]/g, '');
    const [first, last] = plain.toLowerCase().split(' ');
    const made = await api('POST', '/candidates', {
      name, emails: [`${first}.${last}@example.org`], phones: [`+47 9${String(4071300 + n * 137)}`],
      title: work[0], company: work[1], skills, locations: ['Oslo, Norway'], tags: n % 5 === 1 ? ['strong systems'] : n % 7 === 0 ? ['call back'] : [],
      job: job.id, source: SOURCES[n % SOURCES.length], answers: { phone: `+47 9${String(4071300 + n * 137)}`, notice_period: 'One month' },
      files: n % 3 === 1 ? [{ name: `${first}-${last}.pdf`, kind: 'resume', content: resume(plain, work, skills).toString('base64') }] : [],
    });
    const { application, candidate } = made;
    people.push({ id: candidate.id, application: application?.id, name });
    if (STAGES[n] && application) {
      await api('POST', `/applications/${application.id}/advance`, { to_stage: stages[Math.min(STAGES[n], stages.length - 1)].id });
    }
  }
  return { job, people };
}

module.exports = { furnish, pdf, resume };
