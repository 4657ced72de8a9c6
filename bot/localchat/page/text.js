// A text with the Bot API's entities as elements. Offsets count UTF-16 units, as JavaScript's strings do.
import {el} from './dom.js';
import {icon} from './icons.js';
import {moment} from './moments.js';

const TAGS = {bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's'};
const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);
const NAMES = new Set(['mention', 'text_mention', 'hashtag', 'cashtag', 'email', 'phone_number']);
let quotes = 0;

// `act.command(text)` is called for a tapped command, `act.copy(text)` for what is to be copied; `act.clock` tells time.
export function formatted(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const ends = new Set(sorted.filter(({type}) => type === 'spoiler').map(({offset, length}) => offset + length));
  for (const [place, entity] of sorted.entries()) {
    if (entity.type === 'spoiler') sorted[place] = {...entity, goesOn: ends.has(entity.offset)};
  }
  return build(text, 0, text.length, sorted, act);
}

function build(text, start, end, entities, act) {
  const fragment = document.createDocumentFragment();
  let at = start;
  while (entities.length) {
    const [first, ...others] = entities;
    const stop = Math.min(first.offset + first.length, end);
    const inside = others.filter((other) => other.offset < stop);
    entities = others.filter((other) => other.offset >= stop);
    const block = BLOCKS.has(first.type);
    const before = text.slice(at, first.offset);
    fragment.append(block ? before.replace(/\n$/, '') : before); // a block begins and ends its line by itself
    fragment.append(dress(first, build(text, first.offset, stop, inside, act), text.slice(first.offset, stop), act));
    at = stop;
    if (block && text[at] === '\n') at += 1;
  }
  fragment.append(text.slice(at, end));
  return fragment;
}

function dress(entity, content, text, act) {
  switch (entity.type) {
    case 'text_link':
    case 'url':
      return link(entity.url ?? text, content) ?? content;
    case 'bot_command': {
      const button = el('button', {type: 'button', className: 'command'}, content);
      button.addEventListener('click', () => act.command(text));
      return button;
    }
    case 'spoiler':
      return spoiler(content, entity.goesOn);
    case 'blockquote':
      return el('blockquote', {}, content);
    case 'expandable_blockquote':
      return folded(content);
    case 'date_time':
      return moment(entity, content, act.clock);
    case 'code':
      return el('code', {}, content);
    case 'pre':
      return code(entity, content, text, act);
    default:
      if (NAMES.has(entity.type)) return el('span', {className: 'name'}, content);
      return TAGS[entity.type] ? el(TAGS[entity.type], {}, content) : content;
  }
}

// An element that leads to an address of the web, in a tab of its own; null for any other address: it could run here.
export function link(address, content, properties = {}) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return el('a', {...properties, href: url.href, target: '_blank', rel: 'noopener noreferrer'}, content);
}

// A span, not a button: a long one has to break over lines. One tap shows all that a text hides, as in Telegram; what goes on
// where another ended (a style began there) is one with it for who hears or tabs.
function spoiler(content, goesOn) {
  const hidden = el('span', {}, content);
  hidden.setAttribute('aria-hidden', 'true');
  hidden.inert = true;
  const named = goesOn ? {ariaHidden: 'true'} : {role: 'button', tabIndex: 0, ariaLabel: 'Hidden text, show'};
  const cover = el('span', {className: 'spoiler', ...named}, hidden);
  const show = () => {
    const focused = document.activeElement === cover;
    for (const other of cover.closest('.text').querySelectorAll('.spoiler')) {
      const shown = el('span', {className: 'revealed', tabIndex: -1}, ...other.firstChild.childNodes);
      other.replaceWith(shown);
      if (focused && other === cover) shown.focus();
    }
  };
  cover.addEventListener('click', show);
  cover.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    show();
  });
  return cover;
}

function code({language}, content, text, act) {
  const button = el('button', {type: 'button', className: 'copy', ariaLabel: 'Copy the code'}, icon('copy'));
  button.addEventListener('click', () => act.copy(text));
  const pre = el('pre', {tabIndex: 0}, el('code', {}, content));
  return el('div', {className: 'code'}, el('div', {className: 'bar'}, el('span', {textContent: language ?? 'code'}), button), pre);
}

function folded(content) {
  const body = el('div', {className: 'fold', id: `quote-${++quotes}`}, content);
  const label = el('span', {textContent: 'Show all'});
  const button = el('button', {type: 'button', ariaExpanded: 'false'}, label, icon('down'));
  button.setAttribute('aria-controls', body.id);
  button.addEventListener('click', () => {
    const open = button.ariaExpanded === 'false';
    button.ariaExpanded = String(open);
    label.textContent = open ? 'Show less' : 'Show all';
  });
  const quote = el('blockquote', {className: 'expandable'}, body, button);
  // What fits into its three lines needs no button.
  new ResizeObserver((_, watcher) => {
    if (!quote.isConnected) watcher.disconnect();
    else if (button.ariaExpanded === 'false') button.hidden = body.scrollHeight <= body.clientHeight + 1;
  }).observe(body);
  return quote;
}
