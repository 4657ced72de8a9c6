// The workshop's tab about what the bot's database holds of this chat, opened and readable.
import {el} from './dom.js';
import {follow, look} from './glass.js';
import {icon} from './icons.js';
import {folded} from './json.js';

const opened = new Set(['chats/state', 'people/health']); // what stays open while it is shown anew

export const data = {
  name: 'Data',
  show(panel, tools) {
    const tables = el('div', {}), nobody = el('dl', {className: 'members'}), shown = new Map();
    const state = el('p', {className: 'quiet', role: 'status', textContent: 'Looking…'});
    panel.append(
      el('h2', {textContent: 'What the database holds about this chat'}),
      el('p', {}, 'All of it, opened with the key on this computer. What carries a ', sealed(),
        ' is encrypted on the disk: without the key nobody can read it.'),
      state, tables,
      el('details', {className: 'kept'}, el('summary', {textContent: 'Tables about nobody'}), nobody));

    return follow(async () => {
      const found = await look(tools, 'held');
      if (found === undefined) return;
      const said = found === null ? 'No bot runs behind this chat, or it is just starting.' : '';
      if (state.textContent !== said) state.textContent = said;
      state.hidden = !said;
      for (const table of found?.tables ?? []) {
        const json = JSON.stringify(table), old = shown.get(table.name);
        if (old?.json === json) continue;
        const card = tableCard(table), focus = old?.card.contains(document.activeElement) ? focused(document.activeElement) : '';
        if (old) old.card.replaceWith(card);
        else tables.append(card);
        if (focus) card.querySelector(`[data-path="${CSS.escape(focus)}"] > summary`)?.focus();
        shown.set(table.name, {json, card});
      }
      if (found && !nobody.childElementCount) {
        for (const [name, why] of Object.entries(found.about_nobody)) {
          nobody.append(el('div', {}, el('dt', {textContent: name}), el('dd', {textContent: why})));
        }
      }
    });
  },
};

const focused = (element) => element.closest('[data-path]')?.dataset.path ?? '';

const sealed = () => el('span', {className: 'sealed'}, icon('lock'), 'sealed at rest');

function tableCard({name, why, columns, rows}) {
  const card = el('section', {className: 'kept'}, el('h3', {textContent: name}), el('p', {className: 'quiet', textContent: `${why[0].toUpperCase()}${why.slice(1)}.`}));
  card.setAttribute('aria-label', `Table ${name}`);
  if (!rows.length) card.append(el('p', {textContent: 'Nothing.'}));
  for (const [number, row] of rows.entries()) {
    card.append(el('dl', {className: 'columns'}, ...columns.map((column) => field(name, column, row, number))));
  }
  return card;
}

function field(table, {name, means, sealed: shut}, row, number) {
  const path = number ? `${table}/${number}/${name}` : `${table}/${name}`;
  const meaning = means.replace(/^sealed: /, '');
  return el('div', {},
    el('dt', {}, name, shut ? sealed() : null, meaning ? el('small', {textContent: meaning}) : null),
    el('dd', {}, folded(row[name], {opened, path, name})));
}
