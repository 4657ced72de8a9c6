// The buttons under messages: what they look like and what a tap does.
import {el} from './dom.js';
import {icon} from './icons.js';
import {link} from './text.js';

const ANSWER_WITHIN = 15_000; // milliseconds a tapped button waits for the bot

export class Keys {
  #act;
  #waiting = new Map(); // query id → button
  #early = new Set(); // queries answered before this page knew their ids

  // `act` has tap(message, data), which gives the query's id, and copy(text).
  constructor(act) {
    this.#act = act;
  }

  // A message's buttons, in rows.
  board(id, rows) {
    // They change with each step: who hears the page is told of new messages, not of them.
    return el('div', {className: 'keyboard', ariaLive: 'off'}, ...rows.map((row) => el('div', {className: 'row'}, ...row.map((button) => this.#key(id, button)))));
  }

  answered(query) {
    if (!this.#waiting.has(query)) return this.#early.add(query);
    this.#waiting.get(query).removeAttribute('aria-busy');
    return this.#waiting.delete(query);
  }

  #key(id, {text, callback_data: data, style, url, copy_text: copy}) {
    const looks = {className: 'key', data: style ? {style} : {}};
    const words = el('span', {textContent: text, dir: 'auto'});
    if (url) {
      const away = link(url, words, {className: 'key'});
      Object.assign(away?.dataset ?? {}, looks.data);
      away?.append(icon('away'));
      return away ?? el('span', looks, words);
    }
    const key = el('button', {type: 'button', ...looks}, words, copy ? icon('copy') : null);
    key.addEventListener('click', async () => {
      if (copy) return this.#act.copy(copy.text);
      if (key.ariaBusy === 'true') return undefined;
      key.ariaBusy = 'true';
      const query = await this.#act.tap(id, data);
      if (!query || this.#early.delete(query)) return key.removeAttribute('aria-busy');
      this.#waiting.set(query, key);
      return setTimeout(() => this.#waiting.has(query) && this.answered(query), ANSWER_WITHIN);
    });
    return key;
  }
}
