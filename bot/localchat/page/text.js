// A text with the Bot API's entities as elements. Offsets count UTF-16 units, as JavaScript's strings do.
import {el} from './dom.js';
import {icon} from './icons.js';

const TAGS = {bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre'};
const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);
let quotes = 0;

// `act.command(text)` is called for a tapped command.
export function formatted(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
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
    fragment.append(text.slice(at, first.offset));
    fragment.append(dress(first, build(text, first.offset, stop, inside, act), text.slice(first.offset, stop), act));
    at = stop;
    if (BLOCKS.has(first.type) && text[at] === '\n') at += 1; // a block ends its line by itself
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
    case 'spoiler': {
      const button = el('button', {type: 'button', className: 'spoiler', ariaLabel: 'Hidden text, show'}, el('span', {}, content));
      button.addEventListener('click', () => button.replaceWith(...button.firstChild.childNodes));
      return button;
    }
    case 'blockquote':
      return el('blockquote', {}, content);
    case 'expandable_blockquote':
      return folded(content);
    case 'date_time':
      return el('time', {dateTime: new Date(entity.unix_time * 1000).toISOString()}, content);
    default:
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
