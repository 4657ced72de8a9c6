// Several people with one bot: who they are, and their pages beside this one.
import {el, find} from './dom.js';
import {icon} from './icons.js';

const DEFAULT = 1001;
const MOST_BESIDE = 3; // a browser opens six connections to a server, and each page keeps one

export const personIn = (people, id) => (people ?? []).find((person) => person.id === id);
export const named = (people, id) => personIn(people, id)?.name ?? (id === DEFAULT ? 'You' : `Person ${id}`);
const letter = (name) => [...name][0]?.toUpperCase() ?? '?';

// Whose page this is, in the header: as soon as there is more than one person.
export function whose({told, me}) {
  const mark = el('span', {className: 'letter', ariaHidden: 'true'}), name = el('span', {className: 'whose'});
  find('me').append(el('span', {className: 'unseen', textContent: 'You write as '}), mark, name);
  told.on(['people'], ({people}) => {
    const mine = named(people, me);
    name.textContent = mine;
    mark.textContent = letter(mine);
    mark.dataset.tint = me % 6;
    find('me').hidden = me === DEFAULT && (people ?? []).length < 2;
  });
}

// Pages of others in the same window. They stay over a reload, not in other windows.
export class Beside extends EventTarget {
  #columns = new Map(); // person → column
  #told;

  constructor(told) {
    super();
    this.#told = told;
    for (const id of JSON.parse(sessionStorage.beside ?? '[]')) this.open(id);
    told.on(['people'], () => this.#columns.forEach((column, id) => this.#name(column, id)));
  }

  get full() {
    return this.#columns.size >= MOST_BESIDE;
  }

  has(id) {
    return this.#columns.has(id);
  }

  open(id) {
    if (this.full || this.has(id)) return;
    const close = el('button', {type: 'button', className: 'leave'}, icon('close'));
    close.addEventListener('click', () => this.close(id));
    const column = el('section', {className: 'column'}, el('iframe', {src: `/?person=${id}&beside=1`}), close);
    this.#name(column, id);
    this.#columns.set(id, column);
    find('beside').append(column);
    this.#changed();
  }

  close(id) {
    this.#columns.get(id)?.remove();
    this.#columns.delete(id);
    this.#changed();
    find('workshop-button').focus();
  }

  #name(column, id) {
    const name = named(this.#told.posted.people, id);
    column.ariaLabel = name;
    column.querySelector('iframe').title = `${name}’s chat`;
    column.querySelector('.leave').ariaLabel = `Close ${name}’s chat`;
  }

  #changed() {
    sessionStorage.beside = JSON.stringify([...this.#columns.keys()]);
    find('beside').hidden = this.#columns.size === 0;
    this.dispatchEvent(new Event('change'));
  }
}

export const people = {
  name: 'People',
  show(panel, {told, me, tell, beside}) {
    const list = el('ul', {className: 'people'});
    const cards = new Map();

    function card(id) {
      const change = (given) => tell('person', {id, ...given});
      const own = id === me;
      const mark = el('span', {className: 'letter', ariaHidden: 'true', data: {tint: id % 6}});
      const name = el('input', {type: 'text', maxLength: 64, ariaLabel: 'Name', autocomplete: 'off'});
      const language = el('input', {type: 'text', maxLength: 8, size: 4, ariaLabel: 'Language', autocomplete: 'off', spellcheck: false});
      const forbids = el('input', {type: 'checkbox', role: 'switch'}), blocked = el('input', {type: 'checkbox', role: 'switch'});
      name.addEventListener('change', () => change({name: name.value.trim()}));
      language.addEventListener('change', () => change({language: language.value.trim().toLowerCase()}));
      forbids.addEventListener('change', () => change({forbids_voice: forbids.checked}));
      blocked.addEventListener('change', () => change({blocked: blocked.checked}));
      const erase = el('button', {type: 'button', className: 'action', textContent: 'Delete the chat'});
      erase.addEventListener('click', () => change({erase: true}));
      const page = own ? null : el('a', {className: 'action', href: `/?person=${id}`, target: '_blank', rel: 'noopener', textContent: 'Own page'});
      const here = own ? null : el('button', {type: 'button', className: 'action wide-only', textContent: 'Beside'});
      here?.addEventListener('click', () => beside.open(id));
      const item = el('li', {role: 'group'},
        el('div', {className: 'line'}, mark, name, language),
        el('div', {className: 'switches'},
          el('label', {className: 'switch'}, forbids, 'Forbids voice messages'),
          el('label', {className: 'switch'}, blocked, 'Has blocked the bot')),
        el('div', {className: 'actions'}, here, page, erase));
      return {item, show(person) {
        item.ariaLabel = own ? `${person.name} (this page)` : person.name;
        mark.textContent = letter(person.name);
        for (const [field, value] of [[name, person.name], [language, person.language ?? '']]) {
          if (document.activeElement !== field) field.value = value;
        }
        forbids.checked = person.forbids_voice;
        blocked.checked = person.blocked;
        if (here) here.disabled = beside.full || beside.has(id);
      }};
    }

    function show() {
      const all = told.posted.people ?? [];
      for (const person of all) {
        if (!cards.has(person.id)) {
          cards.set(person.id, card(person.id));
          list.append(cards.get(person.id).item);
        }
        cards.get(person.id).show(person);
      }
    }

    const name = el('input', {type: 'text', maxLength: 64, required: true, ariaLabel: 'Name of a new person', placeholder: 'Name', autocomplete: 'off'});
    const language = el('input', {type: 'text', maxLength: 8, size: 4, ariaLabel: 'Their language', placeholder: 'en', autocomplete: 'off', spellcheck: false});
    const form = el('form', {className: 'line'}, name, language, el('button', {type: 'submit', className: 'action', textContent: 'Add'}));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const given = {name: name.value.trim(), language: language.value.trim().toLowerCase() || 'en'};
      if (!(await tell('people', given))) return;
      form.reset();
      name.focus();
    });
    panel.append(
      el('h2', {textContent: 'People'}),
      el('p', {className: 'quiet', textContent: 'Each has a chat of their own with the bot. A language that was chosen here stays; else it is the browser’s.'}),
      list, el('h2', {textContent: 'Somebody new'}), form);
    const leave = told.on(['people'], show);
    beside.addEventListener('change', show);
    return () => {
      leave();
      beside.removeEventListener('change', show);
    };
  },
};
