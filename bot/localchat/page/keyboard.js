// The keyboard: F6 goes round the chat, the composer, the workshop and the header; arrow keys go from message to message;
// who begins to type, types into the composer. All else is Tab, in the order of the page.
import {find} from './dom.js';

const shown = (element) => element.checkVisibility({visibilityProperty: true}) && !element.closest('[inert]');

function round() {
  const log = find('log');
  return [
    {inside: log.parentElement, goal: [...log.querySelectorAll('.message')].at(-1) ?? log},
    {inside: find('composer').parentElement, goal: find('start').hidden ? find('text') : find('start')},
    {inside: find('workshop'), goal: find('tabs').querySelector('[aria-selected=true]')},
    {inside: document.querySelector('header'), goal: find('about-button')},
  ].filter(({goal}) => goal && shown(goal));
}

function goRound(step) {
  const places = round(), here = places.findIndex(({inside}) => inside.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : places.length - 1) : (here + step + places.length) % places.length;
  places[next]?.goal.focus();
}

// From message to message. One that is taller than the view is scrolled through first.
function goAlong(event, log) {
  const row = event.target.closest('.message');
  if (event.target !== log && event.target !== row) return;
  const rows = [...log.querySelectorAll('.message')], view = log.getBoundingClientRect();
  if (!rows.length) return;
  const at = rows.indexOf(row), up = event.key === 'ArrowUp';
  if (row) {
    const {top, bottom} = row.getBoundingClientRect();
    if (up ? top < view.top - 1 : bottom > view.bottom + 1) return;
  }
  const goals = {
    ArrowUp: () => (row ? rows[at - 1] : rows.at(-1)), ArrowDown: () => (row ? rows[at + 1] : rows.at(-1)),
    Home: () => rows[0], End: () => rows.at(-1),
  };
  const goal = goals[event.key]();
  event.preventDefault();
  goal?.focus({preventScroll: true});
  goal?.scrollIntoView({block: 'nearest'});
}

export function keyboard() {
  const log = find('log'), text = find('text');
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
    if (event.key === 'F6' && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      goRound(event.shiftKey ? -1 : 1);
    }
  });
  log.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) goAlong(event, log);
  });
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === ' ') return;
    const on = document.activeElement;
    if (on === document.body || on === log || on.matches('.message')) if (shown(text)) text.focus({preventScroll: true});
  });
}
