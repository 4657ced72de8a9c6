// The messages on the page: in days and groups, what is new, what is read, and where the person reads.
import {Bubble} from './bubble.js';
import {day} from './clock.js';
import {el, find} from './dom.js';
import {icon} from './icons.js';
import {Keys} from './keys.js';
import {keepTrue} from './moments.js';

const NEAR_END = 80; // pixels from the end that still count as being there
const GROUP = 300; // seconds (of the clock) within which messages of one side stand close
const FADES = 180; // milliseconds a deleted message takes to go
const READ_AFTER = 3_000; // milliseconds after which what is in view counts as read
const FOLLOWS = 15_000; // milliseconds after a tap within which what the bot answers is gone to
const DAY_STAYS = 1_500; // milliseconds a day's line stays over the messages after scrolling
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export class Messages {
  #log = find('log');
  #down = find('down');
  #shown = new Map(); // message id → Bubble
  #unread = el('p', {className: 'unread', textContent: 'New messages'});
  #unseen = 0;
  #readUpTo = 0;
  #reading = 0;
  #scrolling = 0;
  #followed = 0; // until when the answer to a tap is gone to, wherever the person reads
  #ownTop = -1; // where the page itself has scrolled to

  // `act` has what a person does here: tap(message, data), command(text), said(text) for a word in a moment. `file(id)` is
  // a file's address.
  constructor({clock, deck, act, file}) {
    const tap = (id, data) => {
      this.#followed = performance.now() + FOLLOWS;
      return act.tap(id, data);
    };
    Object.assign(this, {clock, deck, act: {...act, tap, clock, copy: (text) => copy(text, act)}, file});
    this.keys = new Keys(this.act);
    this.#down.append(icon('down'));
    this.#down.addEventListener('click', () => this.toEnd(stillness.matches ? 'instant' : 'smooth'));
    // A keyboard on the screen, a turned phone, a picture that has come: who was at the end stays there.
    let wasAtEnd = true;
    const stay = () => wasAtEnd && this.toEnd();
    this.#log.addEventListener('scroll', () => {
      wasAtEnd = this.atEnd;
      if (wasAtEnd) this.#seen();
      else this.#offer();
      this.#look();
      this.#showDay();
    });
    this.#log.addEventListener('load', stay, true);
    new ResizeObserver(stay).observe(this.#log);
    for (const kind of ['wheel', 'touchmove', 'keydown']) {
      this.#log.addEventListener(kind, ({key}) => {
        if (!['Tab', 'Shift', 'Enter', ' '].includes(key)) this.#followed = 0;
      }, {passive: true});
    }
    document.addEventListener('visibilitychange', () => this.#look());
    keepTrue(clock);
  }

  get empty() {
    return this.#shown.size === 0;
  }

  get atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
  }

  toEnd(behavior = 'instant') {
    this.#log.scrollTo({top: this.#log.scrollHeight, behavior});
    this.#ownTop = this.#log.scrollTop;
    this.#seen();
  }

  // A message in one line, for who answers it: {name, text}; null if it is not there.
  quoted(id) {
    return this.#shown.get(id)?.quoted ?? null;
  }

  // Everything anew: what is the same stays as it is, so that a note goes on playing over a broken connection.
  history(messages, read = 0) {
    const first = this.empty, atEnd = this.atEnd;
    const there = new Set(messages.map(({message}) => message.message_id));
    this.#drop([...this.#shown.keys()].filter((id) => !there.has(id)));
    for (const {message, shown} of messages) this.#put(message, shown);
    this.read(read);
    this.#log.ariaBusy = 'false';
    if (first || atEnd) this.toEnd();
  }

  // Whether it is new to this page.
  add(message, shown, replay) {
    const there = this.atEnd || performance.now() < this.#followed, away = document.hidden;
    if (!this.#put(message, shown)) return false;
    const bubble = this.#shown.get(message.message_id);
    if (!replay && !stillness.matches) bubble.row.classList.add('coming');
    if (bubble.mine) this.#forgetUnread();
    else if (away || !there) this.#markUnread(bubble);
    if (bubble.mine || there) this.#toNewest();
    else if (!replay) this.#missed();
    return true;
  }

  // A message taller than the view is read from its beginning; what came while nobody looked from there; all else from the
  // end.
  #toNewest() {
    this.toEnd();
    const {row} = [...this.#shown.values()].at(-1);
    if (this.#unread.isConnected && this.#above(this.#unread)) this.#unread.scrollIntoView({block: 'start'});
    else if (row.offsetHeight > this.#log.clientHeight) row.scrollIntoView({block: 'start'});
    this.#ownTop = this.#log.scrollTop;
  }

  edit(message) {
    const bubble = this.#shown.get(message.message_id);
    if (bubble) this.#steady(() => bubble.fill(message));
  }

  remove(ids) {
    const going = ids.map((id) => this.#shown.get(id)).filter(Boolean);
    for (const bubble of going) {
      if (bubble.sound) this.deck.forget(bubble.sound);
      this.#shown.delete(bubble.id);
      bubble.row.classList.add('going');
      this.#leave(bubble.row);
      bubble.row.inert = true;
    }
    const take = () => this.#steady(() => {
      for (const {row} of going) this.#take(row);
    });
    if (stillness.matches || document.hidden) take();
    else setTimeout(take, FADES);
  }

  // The bot has confirmed the person's messages up to this one.
  read(upTo) {
    this.#readUpTo = Math.max(this.#readUpTo, upTo);
    for (const bubble of this.#shown.values()) if (bubble.mine && bubble.id <= this.#readUpTo) bubble.read();
  }

  react(id, emoji) {
    this.#steady(() => this.#shown.get(id)?.react(emoji));
  }

  answered(query) {
    this.keys.answered(query);
  }

  // A day's line goes with its last message, and "Today" becomes "Yesterday".
  tidyDays() {
    for (const group of this.#log.querySelectorAll('.date')) {
      const line = group.firstElementChild, name = day(Number(group.dataset.date), this.clock.now());
      if (!group.querySelector('.message')) group.remove();
      else if (line.textContent !== name) line.textContent = name;
    }
  }

  #put(message, shown) {
    const old = this.#shown.get(message.message_id);
    if (old) return old.fill(message);
    const tools = {act: this.act, deck: this.deck, keys: this.keys, file: this.file, find: (id) => this.#find(id)};
    const bubble = new Bubble(message, tools);
    bubble.row.dataset.silent = String(Boolean(shown.silent));
    bubble.react(shown.reaction ?? []);
    if (bubble.id <= this.#readUpTo) bubble.read();
    this.#shown.set(bubble.id, bubble);
    this.#append(bubble);
    return true;
  }

  #append({row, date}) {
    const name = new Date(date * 1000).toDateString();
    let group = this.#log.lastElementChild;
    if (group?.dataset.day !== name) {
      group = el('div', {className: 'date', data: {day: name, date}}, el('p', {className: 'day', textContent: day(date, this.clock.now())}));
      this.#log.append(group);
    }
    group.append(row);
    this.#join(row);
  }

  // Messages of one side that came soon after each other stand close, and only the last of them has a tail.
  #join(row) {
    const before = row.previousElementSibling;
    const close = before?.matches('.message') && before.matches('.in') === row.matches('.in') && row.dataset.date - before.dataset.date < GROUP;
    row.classList.toggle('joined', Boolean(close));
    if (before?.matches('.message')) before.classList.toggle('followed', Boolean(close));
    if (!row.nextElementSibling?.matches('.message')) row.classList.remove('followed');
  }

  // Where the focus goes when a message goes: to its neighbour, not to the page's top.
  #leave(row) {
    if (!row.contains(document.activeElement)) return;
    const rows = [...this.#log.querySelectorAll('.message')], there = ({classList}) => !classList.contains('going');
    const at = rows.indexOf(row);
    (rows.slice(at + 1).find(there) ?? rows.slice(0, at).findLast(there) ?? this.#log).focus({preventScroll: true});
  }

  #take(row) {
    const {previousElementSibling: before, nextElementSibling: after} = row;
    row.remove();
    if (after === null && before === this.#unread) this.#unread.remove();
    for (const near of [before, after]) if (near?.matches('.message')) this.#join(near);
    this.tidyDays();
  }

  #drop(ids) {
    for (const id of ids) {
      const {row, sound} = this.#shown.get(id);
      if (sound) this.deck.forget(sound);
      this.#shown.delete(id);
      this.#leave(row);
      this.#take(row);
    }
  }

  // What is read now stays where it is, whatever changes around it.
  #steady(change) {
    if (this.atEnd) {
      change();
      this.toEnd();
      return;
    }
    const {top, bottom} = this.#log.getBoundingClientRect();
    const read = [...this.#log.querySelectorAll('.message:not(.going)')].find((row) => {
      const place = row.getBoundingClientRect();
      return place.bottom > top && place.top < bottom;
    });
    const before = read?.getBoundingClientRect().top;
    change();
    if (read?.isConnected) this.#log.scrollTop += read.getBoundingClientRect().top - before;
  }

  #find(id) {
    const row = this.#shown.get(id)?.row;
    if (!row) return this.act.said?.('That message is gone.');
    row.scrollIntoView({block: 'center', behavior: stillness.matches ? 'instant' : 'smooth'});
    row.classList.add('found');
    return setTimeout(() => row.classList.remove('found'), 1_600);
  }

  // ── what is new ─────────────────────────────────────────────────────────────────────────────────────────────────────
  #above(element) {
    return element.getBoundingClientRect().top < this.#log.getBoundingClientRect().top;
  }

  #markUnread({row}) {
    if (!this.#unread.isConnected) {
      row.before(this.#unread);
      this.#join(row);
      this.#unread.previousElementSibling?.classList.remove('followed');
    }
    this.#look();
  }

  // Whoever is at the end, with the page in view, has read it in a moment.
  #look() {
    clearTimeout(this.#reading);
    if (!this.#unread.isConnected || document.hidden || !this.atEnd) return;
    this.#reading = setTimeout(() => this.#forgetUnread(), READ_AFTER);
  }

  #forgetUnread() {
    const after = this.#unread.nextElementSibling;
    if (!after) return;
    this.#steady(() => {
      this.#unread.remove();
      if (after.matches('.message')) this.#join(after);
    });
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

  // A day's line that lies over the messages is there while a person scrolls, and a moment longer.
  #showDay() {
    const {top} = this.#log.getBoundingClientRect();
    for (const group of this.#log.querySelectorAll('.date')) {
      group.firstElementChild.classList.toggle('over', group.getBoundingClientRect().top < top - 4);
    }
    if (Math.abs(this.#log.scrollTop - this.#ownTop) < 1) return;
    this.#log.classList.add('scrolling');
    clearTimeout(this.#scrolling);
    this.#scrolling = setTimeout(() => this.#log.classList.remove('scrolling'), DAY_STAYS);
  }
}

async function copy(text, act) {
  try {
    await navigator.clipboard.writeText(text);
    act.said?.('Copied.');
  } catch {
    act.said?.('This browser lets nothing be copied.');
  }
}
