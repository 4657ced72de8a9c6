// The line under the bot's name, and the tab's title: what the bot is doing, whether the server is there, how much is unread.
import {find} from './dom.js';

const QUIET = 'local chat';
const DOING_LASTS = 5_000; // milliseconds, as in Telegram's clients
const BROKEN_AFTER = 2_000; // milliseconds: a shorter break is nobody's business
const DOING = {
  typing: 'is typing', record_voice: 'is recording a voice message', upload_voice: 'is sending a voice message',
  upload_photo: 'is sending a photo', record_video: 'is recording a video', upload_video: 'is sending a video',
  record_audio: 'is recording', upload_audio: 'is sending a track', upload_document: 'is sending a file',
  choose_sticker: 'is choosing a sticker', find_location: 'is looking for a place',
  record_video_note: 'is recording a video message', upload_video_note: 'is sending a video message',
};

export class Status {
  #line = find('status');
  #quietAgain = 0;
  #breaking = 0;
  #broken = false;
  #unread = 0;
  name = document.title;

  constructor() {
    this.broken(false);
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      this.#unread = 0;
      this.#title();
    });
  }

  doing(action) {
    if (this.#broken) return;
    this.#show(`${DOING[action] ?? DOING.typing}…`, 'doing');
    this.#quietAgain = setTimeout(() => this.quiet(), DOING_LASTS);
  }

  quiet() {
    if (!this.#broken) this.#show(QUIET);
  }

  connected() {
    clearTimeout(this.#breaking);
    const again = this.#broken;
    this.#breaking = 0;
    this.#broken = false;
    if (again) this.#show(QUIET, '', 'polite');
  }

  // `ended`: the server is there and does not let us in any more.
  broken(ended) {
    const tell = (words) => {
      this.#broken = true;
      this.#show(words, 'broken', 'polite');
    };
    if (ended) {
      clearTimeout(this.#breaking);
      tell('ended: open the address the program prints');
    } else if (!this.#breaking) {
      this.#breaking = setTimeout(() => tell('reconnecting…'), BROKEN_AFTER);
    }
  }

  named(name) {
    this.name = name;
    this.#title();
  }

  // A message came; who looks elsewhere sees it in the tab's title.
  came() {
    if (document.hidden) this.#unread += 1;
    this.#title();
  }

  #title() {
    document.title = this.#unread ? `(${this.#unread}) ${this.name}` : this.name;
  }

  // Only a lost connection is read out: that somebody types, and stops to type, would be noise.
  #show(text, state = '', live = 'off') {
    clearTimeout(this.#quietAgain);
    this.#line.ariaLive = live;
    this.#line.dataset.state = state;
    if (this.#line.textContent !== text) this.#line.textContent = text;
  }
}
