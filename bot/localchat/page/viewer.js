// A picture alone on the screen. Escape and a tap beside it close it, arrows go to the others, a tap on it shows its true size.
import {el} from './dom.js';
import {icon} from './icons.js';

let dialog = null;
let pictures = [], at = 0;

function make() {
  const button = (name, label, act) => {
    const made = el('button', {type: 'button', className: name, ariaLabel: label}, icon(name));
    made.addEventListener('click', act);
    return made;
  };
  dialog = el('dialog', {id: 'viewer', ariaLabel: 'Picture'},
    el('div', {className: 'stage'}, el('img', {alt: ''})),
    el('p', {className: 'caption'}),
    button('close', 'Close', () => dialog.close()),
    button('back', 'Earlier picture', () => go(-1)),
    button('on', 'Later picture', () => go(1)));
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowLeft') go(-1);
    else if (event.key === 'ArrowRight') go(1);
    else if (event.key === '+' || event.key === '=') zoom(true);
    else if (event.key === '-') zoom(false);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('click', ({target}) => {
    if (target.matches('img')) zoom(!dialog.classList.contains('whole'));
    else if (!target.closest('button, .caption')) dialog.close();
  });
  dialog.addEventListener('close', () => pictures[at]?.focus());
  document.body.append(dialog);
}

const zoom = (whole) => dialog.classList.toggle('whole', whole);

function go(step) {
  if (!pictures[at + step]) return;
  at += step;
  show();
}

function show() {
  const {src, alt} = pictures[at].firstElementChild, {caption} = pictures[at].dataset;
  zoom(false);
  Object.assign(dialog.querySelector('.stage img'), {src, alt});
  dialog.querySelector('.caption').textContent = caption;
  dialog.querySelector('.caption').hidden = !caption;
  dialog.querySelector('.back').hidden = !pictures[at - 1];
  dialog.querySelector('.on').hidden = !pictures[at + 1];
}

// `all`: the buttons of all pictures, in order; `one` is among them.
export function view(one, all) {
  if (!dialog) make();
  pictures = all.filter((button) => !button.inert);
  at = pictures.indexOf(one);
  show();
  dialog.showModal();
}
