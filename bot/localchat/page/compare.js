// English and another language side by side, text by text: what is missing, out of date, or the same in both.
import {el} from './dom.js';
import {typed} from './findings.js';

const MARKS = {missing: 'missing', stale: 'out of date', identical: 'same as English', '': ''};

const named = (language) => {
  try {
    return new Intl.DisplayNames([], {type: 'language'}).of(language);
  } catch {
    return language;
  }
};

// How much is to be done, in words.
function toDo({missing, stale, identical}) {
  const parts = [[missing, 'missing'], [stale, 'out of date'], [identical, 'the same']].filter(([count]) => count);
  return parts.map(([count, what]) => `${count} ${what}`).join(', ') || 'whole';
}

// One text in both languages. Roles are written out: on a narrow screen the cells stand below each other.
function row(pair, language) {
  const cell = (heading, text, lang, className) => {
    const made = el('td', {className, lang, dir: 'auto', textContent: text || '—'});
    made.setAttribute('role', 'cell');
    made.dataset.heading = heading;
    return made;
  };
  const place = el('th', {scope: 'row', className: 'source'},
    el('b', {textContent: pair.place}),
    pair.mark ? el('span', {className: 'mark', data: {mark: pair.mark}, textContent: MARKS[pair.mark]}) : null,
    el('span', {className: 'quiet', textContent: `${pair.file}:${pair.line}`}),
    pair.instead ? el('span', {className: 'instead'}, 'When it says the same: ', ...typed(pair.instead)) : null);
  place.setAttribute('role', 'rowheader');
  const made = el('tr', {}, place, cell('English', pair.english, 'en', 'english'), cell(named(language), pair.other, language, 'other'));
  made.setAttribute('role', 'row');
  return made;
}

export const compare = {
  name: 'Languages',
  show(place, {ask, tell, desk}) {
    const fields = el('form', {className: 'fields', ariaLabel: 'What to compare'}), told = el('div', {role: 'status'}), rows = el('div');
    place.append(fields, told, rows);
    fields.addEventListener('submit', (event) => event.preventDefault());
    const language = el('select', {name: 'language'}), part = el('select', {name: 'part'});
    const only = el('input', {type: 'checkbox', name: 'only', checked: localStorage.compareOnly === 'yes'});
    const labels = [['Language', language, ''], ['Part', part, 'wide']].map(([text, select, wide]) => el('label', {className: `field ${wide}`}, el('span', {textContent: text}), select));
    fields.append(...labels, el('label', {className: 'tick'}, only, el('span', {textContent: 'Only what is to be done'})));
    fields.hidden = true;
    let given = null, asked = 0, listed = '';

    function draw() {
      if (!given) return;
      const pairs = given.pairs.filter(({mark}) => mark || !only.checked);
      const table = el('table', {className: 'pairs'});
      table.setAttribute('role', 'table');
      const body = el('tbody', {}, ...pairs.map((pair) => row(pair, language.value)));
      body.setAttribute('role', 'rowgroup');
      table.append(el('caption', {textContent: `English and ${named(language.value)}`}), body);
      rows.replaceChildren(pairs.length ? table : el('p', {textContent: 'Here nothing is to be done.'}));
    }

    async function fill() {
      const mine = ++asked;
      const answer = await tell('desk/compare', {language: language.value, part: part.value || localStorage.comparePart || ''});
      if (!answer || mine !== asked) return;
      given = answer.refused ? null : answer;
      told.replaceChildren();
      if (answer.refused) {
        told.append(el('p', {textContent: 'These two can\'t be compared before this is mended:'}), el('p', {className: 'refused', textContent: answer.refused}));
        rows.replaceChildren();
        return;
      }
      part.replaceChildren(...given.parts.map((one) => el('option', {value: one.id, textContent: `${one.name} (${toDo(one)})`})));
      part.value = given.part;
      const all = given.parts.reduce((sum, one) => ({
        texts: sum.texts + one.texts, missing: sum.missing + one.missing, stale: sum.stale + one.stale, identical: sum.identical + one.identical,
      }));
      told.append(el('p', {textContent: `${named(language.value)}: ${all.texts} texts, ${toDo(all)}.`}));
      draw();
    }

    async function begin() {
      const found = await ask('desk/languages');
      if (!found) return;
      if (found.refused) {
        told.replaceChildren(el('p', {className: 'refused', textContent: found.refused}));
        return;
      }
      fields.hidden = !found.languages.length;
      if (found.languages.length && !given) told.replaceChildren(el('p', {textContent: 'Reading…'}));
      if (!found.languages.length) {
        given = null;
        rows.replaceChildren();
        told.replaceChildren(
          el('p', {textContent: 'There is only English here. To begin another language, German for one, type:'}),
          el('p', {}, el('code', {textContent: 'python3 easeback.py translate de'})));
        listed = '';
        return;
      }
      if (listed !== String(found.languages)) {
        const was = language.value || localStorage.compareLanguage;
        language.replaceChildren(...found.languages.map((name) => el('option', {value: name, textContent: `${named(name)} (${name})`})));
        if (found.languages.includes(was)) language.value = was;
        listed = String(found.languages);
      }
      await fill();
    }

    language.addEventListener('change', () => {
      localStorage.compareLanguage = language.value;
      fill();
    });
    part.addEventListener('change', () => {
      localStorage.comparePart = part.value;
      fill();
    });
    only.addEventListener('change', () => {
      localStorage.compareOnly = only.checked ? 'yes' : '';
      draw();
    });
    // Whatever is saved shows here as well: the check's first word of it comes at once.
    let looked = desk.state.looked;
    const renew = () => {
      if (desk.state.looked === looked) return;
      looked = desk.state.looked;
      begin();
    };
    desk.addEventListener('state', renew);
    begin();
    return () => {
      asked += 1;
      desk.removeEventListener('state', renew);
    };
  },
};
