// A value as a person reads it: structure that folds, times as dates. Text is always text.
import {el} from './dom.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DATES = new Set(['date', 'edit_date', 'unix_time']); // what the Bot API writes in whole unix seconds
const SHORT = 48; // characters up to which a list of plain values stands on one line

const plain = (value) => value === null || typeof value !== 'object';
const empty = (value) => Object.keys(value).length === 0;
const spoken = (value) => String(value ?? 'none');

// `opened` is a set of paths that are open; it is kept by who shows the value, so that it stays open when shown anew.
export function folded(value, {opened = new Set(), path = '', name = ''} = {}) {
  if (plain(value)) return leaf(value, name);
  if (empty(value)) return el('span', {className: 'quiet', textContent: Array.isArray(value) ? 'an empty list' : 'nothing'});
  if (Array.isArray(value) && value.every(plain) && value.map(spoken).join(', ').length <= SHORT) {
    return el('span', {className: 'leaf', textContent: value.map(spoken).join(', ')});
  }
  const inside = el('dl', {className: 'members'});
  const summary = el('summary', {}, el('span', {className: 'quiet', textContent: size(value)}), gist(value));
  if (name) summary.ariaLabel = `${name}: ${summary.textContent}`;
  const fold = el('details', {className: 'fold-json', data: {path}}, summary, inside);
  function fill() {
    if (inside.childElementCount) return;
    for (const [key, each] of Object.entries(value)) {
      inside.append(el('div', {}, el('dt', {textContent: key}), el('dd', {}, folded(each, {opened, path: `${path}/${key}`, name: key}))));
    }
  }
  fold.addEventListener('toggle', () => {
    if (fold.open) fill();
    opened[fold.open ? 'add' : 'delete'](path);
  });
  if (opened.has(path)) {
    fill();
    fold.open = true;
  }
  return fold;
}

function leaf(value, name) {
  if (DATES.has(name) && value > 0) return el('span', {}, el('span', {className: 'leaf number', textContent: value}), ' · ', moment(new Date(value * 1000).toISOString()));
  if (value === null) return el('span', {className: 'quiet', textContent: 'none'});
  if (typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))) return moment(value);
  if (value === '') return el('span', {className: 'quiet', textContent: 'empty'});
  return el('span', {className: typeof value === 'string' ? 'leaf' : 'leaf number', textContent: String(value), dir: 'auto'});
}

export function moment(iso) {
  const text = new Date(iso).toLocaleString([], {dateStyle: 'medium', timeStyle: 'medium'});
  return el('time', {dateTime: iso, title: iso, textContent: text});
}

function size(value) {
  const count = Object.keys(value).length;
  const what = Array.isArray(value) ? ['thing', 'things'] : ['field', 'fields'];
  return `${count} ${what[count === 1 ? 0 : 1]}`;
}

// What tells one of many from the others before it is opened.
function gist(value) {
  const telling = Array.isArray(value) ? null : value.name ?? value.kind ?? value.text ?? value.id;
  return plain(telling) && telling ? el('span', {className: 'gist', textContent: ` ${telling}`, dir: 'auto'}) : null;
}
