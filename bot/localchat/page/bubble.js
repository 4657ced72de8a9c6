// One message on the page. An edit makes anew only the part that it changes: an open quote stays open, a playing note plays
// on, and the focus stays where it is.
import {hours} from './clock.js';
import {el} from './dom.js';
import {icon} from './icons.js';
import {fileCard, loop, photo} from './media.js';
import {formatted} from './text.js';
import {Track} from './track.js';
import {Note} from './voice.js';

const LONGEST_QUOTE = 120; // characters of the message that is answered

export class Bubble {
  #tools;
  #parts = new Map(); // name → {json, element}
  #bubble = el('div', {className: 'bubble'});
  #reaction = el('span', {className: 'reaction', role: 'img', hidden: true});
  #ticks;
  sound = null; // what a deck can play: a note or a track

  // `tools`: {act, deck, keys, file(id), find(id)}; find shows the message that is answered.
  constructor(message, tools) {
    this.#tools = tools;
    this.id = message.message_id;
    this.date = message.date;
    this.mine = !message.from.is_bot;
    this.row = el('article', {className: `message ${this.mine ? 'out' : 'in'}`, tabIndex: -1, data: {id: this.id, date: this.date}});
    this.#ticks = this.mine ? el('span', {className: 'ticks', role: 'img', ariaLabel: 'Sent'}, icon('sent')) : null;
    this.fill(message);
  }

  // Whether the message is another than before.
  fill(message) {
    const json = JSON.stringify(message);
    if (this.json === json) return false;
    this.json = json;
    const text = message.text ?? message.caption ?? '', {keys, act} = this.#tools;
    const reply = this.#part('reply', message.reply_to_message, (given) => this.#reply(given));
    const media = this.#part('media', mediaOf(message), (given) => this.#media(given));
    const words = this.#part('words', text && [text, message.entities ?? message.caption_entities],
      ([said, entities]) => el('div', {className: 'text', dir: 'auto'}, formatted(said, entities, act)));
    const stamp = this.#part('stamp', [message.date, Boolean(message.edit_date)], ([date, edited]) => el('footer', {},
      edited ? el('span', {textContent: 'edited '}) : null,
      el('time', {dateTime: new Date(date * 1000).toISOString(), textContent: hours(date)}), this.#ticks));
    const board = this.#part('board', message.reply_markup?.inline_keyboard, (rows) => keys.board(this.id, rows));
    arrange(this.#bubble, message.show_caption_above_media ? [reply, words, media, stamp] : [reply, media, words, stamp]);
    arrange(this.row, [this.#bubble, this.#reaction, board]);
    this.#bubble.classList.toggle('pictured', Boolean(message.photo || message.animation));
    this.#bubble.classList.toggle('wordless', !text);
    this.row.setAttribute('aria-label', `${this.mine ? 'You' : message.from.first_name}, ${hours(message.date)}`);
    return true;
  }

  // The message in one line, for who answers it.
  get quoted() {
    const message = JSON.parse(this.json);
    return {name: this.mine ? 'You' : message.from.first_name, text: message.text ?? message.caption ?? NAMES[mediaOf(message)?.kind] ?? ''};
  }

  react(emoji) {
    this.#reaction.hidden = emoji.length === 0;
    this.#reaction.textContent = emoji.join(' ');
    this.#reaction.ariaLabel = `Reaction: ${emoji.join(' ')}`;
  }

  // The bot has confirmed that it has it.
  read() {
    if (!this.#ticks || this.#ticks.ariaLabel === 'Read') return;
    this.#ticks.ariaLabel = 'Read';
    this.#ticks.replaceChildren(icon('read'));
  }

  #part(name, given, make) {
    const json = JSON.stringify(given || null), old = this.#parts.get(name);
    if (old?.json === json) return old.element;
    const focused = old?.element?.contains(document.activeElement) ? document.activeElement.textContent : null;
    const element = given ? make(given) : null;
    this.#parts.set(name, {json, element});
    if (focused !== null) queueMicrotask(() => refocus(element, focused, this.row));
    return element;
  }

  // The seconds that pass are not read out.
  #media(given) {
    const element = this.#made(given);
    if (this.sound) element.ariaLive = 'off';
    return element;
  }

  #made({kind, thing, caption, hidden}) {
    const {deck, file} = this.#tools;
    switch (kind) {
      case 'voice':
        this.sound = new Note(thing, file(thing.file_id), deck);
        return this.sound.element;
      case 'audio':
        this.sound = new Track(thing, file, deck);
        return this.sound.element;
      case 'photo':
        return photo(thing.at(-1), file(thing.at(-1).file_id), {caption, hidden});
      case 'animation':
        return loop(thing, file(thing.file_id), {hidden});
      default:
        return fileCard(thing, file(thing.file_id));
    }
  }

  #reply(message) {
    const name = message.from?.is_bot ? message.from.first_name : 'You';
    const said = (message.text ?? message.caption ?? NAMES[mediaOf(message)?.kind] ?? '').replace(/\s+/g, ' ').slice(0, LONGEST_QUOTE);
    const button = el('button', {type: 'button', className: 'reply', dir: 'auto', ariaLabel: `Answer to ${name}: ${said}`},
      el('b', {textContent: name}), el('span', {textContent: said}));
    button.addEventListener('click', () => this.#tools.find(message.message_id));
    return button;
  }
}

const NAMES = {voice: 'Voice message', audio: 'Music', photo: 'Picture', animation: 'Loop', document: 'File'};

function mediaOf(message) {
  const kind = Object.keys(NAMES).find((name) => message[name]);
  if (!kind) return null;
  // Only a picture shows its caption elsewhere, too: all else need not be made anew for another caption.
  const caption = kind === 'photo' ? message.caption : undefined;
  return {kind, thing: message[kind], caption, hidden: message.has_media_spoiler};
}

// Makes these, in this order, the children; what is in its place already is not moved: moving takes focus and film away.
function arrange(parent, elements) {
  const wanted = elements.filter(Boolean);
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((element, place) => {
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
  });
}

// The focus was in a part that was made anew, and fell to the page's top: it goes to what is called the same there, else to
// the message's first button, else to the message.
function refocus(part, text, row) {
  if (document.activeElement !== document.body) return;
  const there = [...(part?.querySelectorAll('button, a') ?? [])];
  const goal = there.find((element) => element.textContent === text) ?? there[0] ?? row.querySelector('.key') ?? row;
  goal.focus({preventScroll: true});
}
