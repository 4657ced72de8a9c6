// One finding of the check, as the tab for authors shows it.
import {el} from './dom.js';

// A text in which `so` is what to type.
export function typed(text) {
  return text.split('`').map((part, n) => (n % 2 ? el('code', {textContent: part}) : part));
}

export function problem({line, step, what, instead}) {
  return el('li', {},
    el('p', {className: 'where'}, el('b', {textContent: `Line ${line}`}), step ? el('span', {textContent: step}) : null),
    el('p', {}, ...typed(`${what[0].toUpperCase()}${what.slice(1)}.`)),
    el('p', {className: 'instead'}, el('span', {textContent: 'Write: '}), ...typed(instead)));
}
