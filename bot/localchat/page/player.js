// What a voice note and a piece of music have in common on the page: a button, a place to seek, times and a speed. What is
// played, and when, the deck decides (voice.js).
import {el} from './dom.js';
import {icon} from './icons.js';

export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export class Player {
  kept = 0; // where it goes on when it is played next, in seconds
  deck;

  // `kind`: each kind has a speed of its own. `what`: its name in a sentence.
  constructor({kind, what, source, seconds, deck}) {
    Object.assign(this, {kind, what, source, deck});
    this.seconds = Math.max(seconds, 0.1);
    this.button = el('button', {type: 'button', className: 'play'});
    this.button.addEventListener('click', () => (this.plays ? deck.pause() : deck.play(this)));
    this.slider = el('input', {type: 'range', min: 0, max: 1000, step: 1, value: 0, ariaLabel: 'Position'});
    this.slider.addEventListener('input', () => deck.seek(this, (this.slider.value / 1000) * this.seconds));
    this.time = el('span', {className: 'passed'});
    this.rate = el('button', {type: 'button', className: 'rate'});
    this.rate.addEventListener('click', () => deck.turnRate(kind));
  }

  get plays() {
    return this.deck.sound === this && this.deck.playing;
  }

  get share() {
    return Math.min(this.at / this.seconds, 1);
  }

  get at() {
    return this.deck.sound === this ? this.deck.position : this.kept;
  }

  // The sound itself tells its true length.
  learn(seconds) {
    if (Number.isFinite(seconds) && seconds > 0) this.seconds = seconds;
    this.paint();
  }

  // It is played now.
  begun() {}

  paint() {
    const {at, plays} = this;
    const state = plays ? 'playing' : at > 0 || this.deck.sound === this ? 'paused' : 'idle';
    if (this.element.dataset.state !== state) {
      this.element.dataset.state = state;
      this.button.replaceChildren(icon(plays ? 'pause' : 'play'));
    }
    const label = plays ? 'Pause' : `Play ${this.what}, ${minutes(this.seconds)}`;
    if (this.button.ariaLabel !== label) this.button.ariaLabel = label;
    if (document.activeElement !== this.slider || plays) this.slider.value = this.share * 1000;
    const passed = state === 'idle' ? minutes(this.seconds) : `${minutes(at)} / ${minutes(this.seconds)}`;
    if (this.time.textContent !== passed) {
      this.time.textContent = passed;
      this.slider.setAttribute('aria-valuetext', passed);
    }
    const rate = `${this.deck.rateOf(this.kind)}×`;
    if (this.rate.textContent !== rate) {
      this.rate.textContent = rate;
      this.rate.ariaLabel = `Playing speed ${rate}`;
    }
  }
}
