// The messages on the page: shown, edited, deleted, with their buttons.
import {day, hours} from './clock.js';
import {el, find} from './dom.js';
import {icon} from './icons.js';
import {formatted, link} from './text.js';
import {Note} from './voice.js';

const NEAR_END = 80; // pixels from the end that still count as being there
const ANSWER_WITHIN = 15_000; // milliseconds a tapped button waits for the bot

export class Messages {
  #log = find('log');
  #down = find('down');
  #shown = new Map(); // message id → {row, json, note}
  #waiting = new Map(); // query id → button
  #early = new Set(); // queries answered before this page knew their ids
  #unseen = 0;

  // `act` has what a person does here: tap(message, data), command(text). `file(id)` is a file's address.
  constructor({clock, deck, act, file}) {
    Object.assign(this, {clock, deck, act, file});
    this.#down.append(icon('down'));
    this.#down.addEventListener('click', () => this.toEnd('smooth'));
    this.#log.addEventListener('scroll', () => (this.atEnd ? this.#seen() : this.#offer()));
    // A keyboard on the screen, a turned phone, a picture that has come: who was at the end stays there.
    let wasAtEnd = true;
    const stay = () => wasAtEnd && this.toEnd();
    this.#log.addEventListener('scroll', () => { wasAtEnd = this.atEnd; });
    this.#log.addEventListener('load', stay, true);
    new ResizeObserver(stay).observe(this.#log);
  }

  get empty() {
    return this.#shown.size === 0;
  }

  get atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
  }

  toEnd(behavior = 'instant') {
    this.#log.scrollTo({top: this.#log.scrollHeight, behavior});
    this.#seen();
  }

  // A message in one line, for who answers it: {name, text}; null if it is not there.
  quoted(id) {
    const json = this.#shown.get(id)?.json;
    if (!json) return null;
    const message = JSON.parse(json), kind = {voice: 'Voice message', photo: 'Photo', audio: 'Track', document: 'File'};
    const what = Object.keys(kind).find((name) => message[name]);
    return {name: message.from.is_bot ? message.from.first_name : 'You', text: message.text ?? message.caption ?? kind[what] ?? ''};
  }

  // Everything anew: what is the same stays as it is, so that a note goes on playing over a broken connection.
  history(messages) {
    const first = this.empty, atEnd = this.atEnd;
    const there = new Set(messages.map(({message}) => message.message_id));
    this.remove([...this.#shown.keys()].filter((id) => !there.has(id)));
    for (const {message, shown} of messages) this.#put(message, shown);
    this.#log.ariaBusy = 'false';
    if (first || atEnd) this.toEnd();
  }

  add(message, shown, replay) {
    const stay = this.atEnd || !message.from.is_bot;
    this.#put(message, shown);
    if (stay) this.#toNewest();
    else if (!replay) this.#missed();
  }

  // A message taller than the view is read from its beginning; all others from the end.
  #toNewest() {
    this.toEnd();
    const newest = this.#log.lastElementChild;
    if (newest.offsetHeight > this.#log.clientHeight) newest.scrollIntoView({block: 'start'});
  }

  edit(message) {
    const stay = this.atEnd;
    if (this.#shown.has(message.message_id)) this.#put(message, {});
    if (stay) this.toEnd();
  }

  remove(ids) {
    for (const id of ids) {
      const old = this.#shown.get(id);
      if (!old) continue;
      if (old.note) this.deck.forget(old.note);
      if (old.row.contains(document.activeElement)) this.#beside(old.row).focus({preventScroll: true});
      old.row.remove();
      this.#shown.delete(id);
    }
    this.tidyDays();
  }

  // Where the focus goes when a message goes.
  #beside(row) {
    const others = [...this.#log.querySelectorAll('.message')], at = others.indexOf(row);
    return others[at + 1] ?? others[at - 1] ?? this.#log;
  }

  react(id, emoji) {
    const row = this.#shown.get(id)?.row;
    if (!row) return;
    row.querySelector('.reaction')?.remove();
    if (emoji.length) row.querySelector('.bubble').append(el('span', {className: 'reaction', textContent: emoji.join(' ')}));
  }

  answered(query) {
    if (!this.#waiting.has(query)) return this.#early.add(query);
    this.#waiting.get(query).removeAttribute('aria-busy');
    return this.#waiting.delete(query);
  }

  #put(message, shown) {
    const json = JSON.stringify(message), old = this.#shown.get(message.message_id);
    if (old?.json === json) return;
    const note = old?.note ?? (message.voice ? new Note(message.voice, this.file(message.voice.file_id), this.deck) : null);
    const row = old?.row ?? el('article', {className: `message ${message.from.is_bot ? 'in' : 'out'}`, tabIndex: -1});
    this.#fill(row, message, note);
    this.#shown.set(message.message_id, {row, json, note});
    if (old) return;
    row.dataset.id = message.message_id;
    row.dataset.date = message.date;
    row.dataset.silent = String(Boolean(shown.silent));
    this.#append(row, message.date);
  }

  // A note's element is kept: moving it would not stop it, but would take the focus away.
  #fill(row, message, note) {
    const text = message.text ?? message.caption ?? '';
    const entities = message.entities ?? message.caption_entities, same = JSON.stringify([text, entities]);
    const before = row.querySelector('.text');
    // What is the same stays: else it would be read out again with each change of a button.
    const words = !text ? null : before?.said === same ? before
      : el('div', {className: 'text', dir: 'auto', said: same}, formatted(text, entities, this.act));
    const stamp = el('footer', {},
      message.edit_date && message.text !== undefined ? el('span', {textContent: 'edited '}) : null,
      el('time', {dateTime: new Date(message.date * 1000).toISOString(), textContent: hours(message.date)}));
    const bubble = row.querySelector('.bubble') ?? el('div', {className: 'bubble'});
    for (const child of [...bubble.children]) if (child !== note?.element && child !== words) child.remove();
    if (note && !note.element.isConnected) bubble.prepend(note.element);
    const media = this.#media(message);
    if (words?.isConnected) {
      if (media) words.before(media);
      words.after(stamp);
    } else bubble.append(...[media, words, stamp].filter(Boolean));
    bubble.classList.toggle('media', Boolean(message.photo));
    if (!bubble.isConnected) row.append(bubble);
    this.#turnKeyboard(row, this.#keyboard(message));
    const name = message.from.is_bot ? message.from.first_name : 'You';
    row.setAttribute('aria-label', `${name}, ${hours(message.date)}`);
  }

  // Other buttons, and the focus on one of them if it was on the old ones: never lost, since it would fall to the page's top.
  #turnKeyboard(row, keyboard) {
    const old = row.querySelector('.keyboard'), on = old?.contains(document.activeElement) ? document.activeElement : null;
    if (keyboard) row.append(keyboard);
    if (on) {
      const keys = [...(keyboard?.querySelectorAll('button, a') ?? [])];
      (keys.find(({textContent}) => textContent === on.textContent) ?? keys[0] ?? row).focus({preventScroll: true});
    }
    old?.remove();
  }

  #media(message) {
    if (message.photo) return el('img', {src: this.file(message.photo.at(-1).file_id), alt: message.caption ?? 'Picture', loading: 'lazy'});
    if (message.audio) return el('audio', {src: this.file(message.audio.file_id), controls: true, preload: 'metadata', title: message.audio.title ?? ''});
    if (message.document) {
      const name = message.document.file_name ?? 'File';
      return el('a', {className: 'document', href: this.file(message.document.file_id), download: name}, icon('file'), name);
    }
    return null;
  }

  #keyboard(message) {
    const rows = message.reply_markup?.inline_keyboard;
    if (!rows?.length) return null;
    // Buttons change with each step: who hears the page is told of new messages, not of them.
    return el('div', {className: 'keyboard', ariaLive: 'off'}, ...rows.map((row) => el('div', {className: 'row'}, ...row.map((button) => this.#button(message, button)))));
  }

  #button(message, {text, callback_data: data, style, url, copy_text: copy}) {
    if (url) return link(url, text, {className: 'key'}) ?? el('span', {className: 'key', textContent: text});
    const key = el('button', {type: 'button', className: 'key', dir: 'auto', textContent: text, data: style ? {style} : {}});
    key.addEventListener('click', async () => {
      if (copy) return navigator.clipboard.writeText(copy.text);
      if (key.ariaBusy === 'true') return undefined;
      key.ariaBusy = 'true';
      const query = await this.act.tap(message.message_id, data);
      if (!query || this.#early.delete(query)) return key.removeAttribute('aria-busy');
      this.#waiting.set(query, key);
      return setTimeout(() => this.#waiting.has(query) && this.answered(query), ANSWER_WITHIN);
    });
    return key;
  }

  // A day's line goes with its last message, and "Today" becomes "Yesterday".
  tidyDays() {
    for (const line of this.#log.querySelectorAll('.day')) {
      const name = day(Number(line.dataset.date), this.clock.now());
      if (!line.nextElementSibling?.matches('.message')) line.remove();
      else if (line.textContent !== name) line.textContent = name;
    }
  }

  #append(row, date) {
    const last = this.#log.querySelector('.message:last-child');
    const sameDay = last && new Date(last.dataset.date * 1000).toDateString() === new Date(date * 1000).toDateString();
    if (!sameDay) this.#log.append(el('p', {className: 'day', data: {date}, textContent: day(date, this.clock.now())}));
    this.#log.append(row);
  }

  #missed() {
    this.#unseen += 1;
    this.#down.hidden = false;
    this.#down.dataset.unseen = this.#unseen;
    this.#down.ariaLabel = `Go to the newest message, ${this.#unseen} new`;
  }

  #seen() {
    this.#unseen = 0;
    this.#down.hidden = true;
  }

  // Who reads above is offered the way back.
  #offer() {
    if (!this.#down.hidden) return;
    this.#down.hidden = false;
    delete this.#down.dataset.unseen;
    this.#down.ariaLabel = 'Go to the newest message';
  }
}
