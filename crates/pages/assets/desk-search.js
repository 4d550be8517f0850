// Candidates while one types, below the search fields of the desk: arrows choose, Enter opens, Escape closes. Without this
// script the fields are forms, and Enter leads to the page of all who are found.

const WAIT = 120;
let lists = 0;

/** Gives a search field its list. */
function attend(input) {
  const list = document.createElement('ul');
  list.id = `hits-${lists += 1}`;
  list.className = 'hits';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Candidates');
  list.hidden = true;
  const said = document.createElement('p');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  input.parentElement.classList.add('finding');
  input.after(list, said);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');

  let timer = 0;
  let asked = '';
  let under_way = null;
  let chosen = -1;

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function choose(at) {
    const all = options();
    if (!all.length) return;
    chosen = (at + all.length) % all.length;
    all.forEach((option, n) => option.setAttribute('aria-selected', String(n === chosen)));
    input.setAttribute('aria-activedescendant', all[chosen].id);
    all[chosen].scrollIntoView({ block: 'nearest' });
  }

  function part(tag, text, name) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    return element;
  }

  function option(n, to, parts) {
    const item = document.createElement('li');
    item.id = `${list.id}-${n}`;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.to = to;
    item.append(...parts);
    // Before the field loses the focus, which closes the list.
    item.addEventListener('pointerdown', (event) => event.preventDefault());
    item.addEventListener('click', () => { location.href = to; });
    return item;
  }

  function show({ hits, all }) {
    const found = hits.map((hit, n) => {
      const parts = [part('strong', hit.name)];
      if (hit.line) parts.push(part('span', hit.line));
      if (hit.stands) parts.push(part('span', hit.stands, 'stands'));
      if (hit.why) {
        const why = part('span', `${hit.why.place}: ${hit.why.before}`, 'why');
        why.append(part('mark', hit.why.hit), hit.why.after);
        parts.push(why);
      }
      return option(n, hit.to, parts);
    });
    if (hits.length) found.push(option(hits.length, all, [part('span', 'Show all who are found')]));
    list.replaceChildren(...found);
    chosen = -1;
    input.removeAttribute('aria-activedescendant');
    list.hidden = !hits.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
    const many = hits.length === 1 ? '1 candidate' : `${hits.length} candidates`;
    said.textContent = hits.length ? `${many}, choose by the arrow keys` : 'Nobody is found';
  }

  async function ask() {
    const query = input.value.trim();
    if (query === asked) return;
    asked = query;
    under_way?.abort();
    if (!query) {
      said.textContent = '';
      close();
      return;
    }
    under_way = new AbortController();
    try {
      const answer = await fetch(`/desk/search.json?${new URLSearchParams({ q: query })}`, {
        signal: under_way.signal,
        headers: { accept: 'application/json' },
      });
      if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) throw new Error('no answer');
      const found = await answer.json();
      if (query === asked && document.activeElement === input) show(found);
    } catch {
      // The form still works; one who is away is asked again with the next letter.
      if (query === asked) asked = '';
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('blur', () => {
    asked = '';
    close();
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (list.hidden) return;
      event.preventDefault();
      if (chosen < 0) choose(event.key === 'ArrowDown' ? 0 : -1);
      else choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && !list.hidden && chosen >= 0) {
      event.preventDefault();
      location.href = options()[chosen].dataset.to;
    } else if (event.key === 'Escape') {
      // What is still asked for, or about to be, does not open it again.
      clearTimeout(timer);
      under_way?.abort();
      if (list.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
}

document.querySelectorAll('form[role="search"] input[type="search"]').forEach(attend);
