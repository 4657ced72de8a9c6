// What appears for a moment, what stays until it was read, and the soft sound of a message.
import {find} from './dom.js';

const TOAST_LASTS = 3_500; // milliseconds
const AIR = 8; // pixels between a toast and a control

export class Notices {
  #deck;
  #toast = find('toast');
  #gone = 0;
  #audio = null;

  constructor(deck) {
    this.#deck = deck;
    this.muted = Boolean(localStorage.muted);
    find('sounds').checked = !this.muted;
    find('muted').hidden = !this.muted;
    find('sounds').addEventListener('change', (event) => {
      this.muted = !event.target.checked;
      localStorage.muted = this.muted ? 'yes' : '';
      find('muted').hidden = !this.muted;
    });
  }

  // The text goes with the toast: so the same words are read out again when they come again.
  toast(said) {
    clearTimeout(this.#gone);
    this.#toast.textContent = said;
    this.#toast.style.top = `${this.#free()}px`;
    this.#toast.classList.add('shown');
    this.#gone = setTimeout(() => {
      this.#toast.classList.remove('shown');
      this.#toast.textContent = '';
    }, TOAST_LASTS);
  }

  alert(said) {
    find('alert-text').textContent = said;
    if (!find('alert').open) find('alert').showModal();
  }

  // A soft sound for a message that is not silent; never into a voice that is speaking. A browser lets a page sound only
  // after a person touched it.
  blip() {
    const speaks = this.#deck.playing || [...document.querySelectorAll('audio')].some((audio) => !audio.paused);
    if (this.muted || speaks || !navigator.userActivation?.hasBeenActive) return;
    this.#audio ??= new AudioContext();
    const at = this.#audio.currentTime, volume = this.#audio.createGain();
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
    volume.connect(this.#audio.destination);
    for (const [pitch, after] of [[523.25, 0], [659.25, 0.09]]) {
      const tone = new OscillatorNode(this.#audio, {frequency: pitch});
      tone.connect(volume);
      tone.start(at + after);
      tone.stop(at + 0.55);
    }
    document.body.dataset.blips = Number(document.body.dataset.blips ?? 0) + 1;
  }

  // Where a toast hides no control of the newest messages: as far up as there is room, in pixels from the top of the view.
  #free() {
    const view = this.#toast.offsetParent.getBoundingClientRect(), box = this.#toast.getBoundingClientRect();
    const newest = [...document.querySelectorAll('#log .message')].slice(-3);
    const taken = newest.flatMap((row) => [...row.querySelectorAll('button, a, input')])
      .map((control) => control.getBoundingClientRect())
      .filter((at) => at.height && at.right > box.left && at.left < box.right);
    for (let top = 16; top + box.height < view.height; top += AIR) {
      const from = view.top + top - AIR, to = view.top + top + box.height + AIR;
      if (!taken.some((at) => at.bottom > from && at.top < to)) return top;
    }
    return 16;
  }
}
