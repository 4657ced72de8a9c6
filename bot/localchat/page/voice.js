// Voice notes. One deck plays one note; when a note ends, the next one plays if it is there at that moment. A list that ran
// empty does not start again by itself. Up to ×4 the note sounds at the clock's speed; above, its progress follows the
// clock without sound.
import {el} from './dom.js';
import {icon} from './icons.js';

const LOUDEST_SPEED = 4;
const RATES = [1, 1.5, 2];
const BARS = 48;
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export class Deck {
  #audio;
  #clock;
  #timer = 0;
  #frame = 0;
  #since = 0; // where the silent progress began: seconds of the note, and of the clock
  #sinceClock = 0;
  note = null;
  playing = false;
  rate = RATES.includes(Number(localStorage.rate)) ? Number(localStorage.rate) : 1;

  constructor(clock, audio) {
    this.#clock = clock;
    this.#audio = audio;
    clock.addEventListener('speed', () => this.playing && this.#drive(this.position));
    this.#audio.addEventListener('ended', () => !this.#silent && this.#ended());
    this.#audio.addEventListener('durationchange', () => this.note?.learn(this.#audio.duration));
    this.#audio.addEventListener('timeupdate', () => this.note?.paint());
  }

  get #silent() {
    return this.#clock.speed > LOUDEST_SPEED;
  }

  get position() {
    if (!this.note) return 0;
    if (!this.playing) return this.note.kept;
    const at = this.#silent ? this.#since + (this.#clock.now() - this.#sinceClock) * this.rate : this.#audio.currentTime;
    return Math.min(at, this.note.seconds);
  }

  play(note) {
    if (this.note !== note) this.pause();
    this.note = note;
    this.playing = true;
    this.#drive(note.kept);
  }

  pause() {
    if (!this.note) return;
    this.note.kept = this.position;
    this.playing = false;
    this.#rest();
    this.note.paint();
  }

  seek(note, seconds) {
    note.kept = seconds;
    if (this.note === note && this.playing) this.#drive(seconds);
    else note.paint();
  }

  // The note is gone: if it is the one that plays, it falls silent, and nothing follows.
  forget(note) {
    if (this.note !== note) return;
    this.playing = false;
    this.#rest();
    this.note = null;
  }

  turnRate() {
    const at = this.position;
    this.rate = RATES[(RATES.indexOf(this.rate) + 1) % RATES.length];
    localStorage.rate = this.rate;
    if (this.playing) this.#drive(at);
    for (const voice of document.querySelectorAll('.voice')) voice.note.paint();
  }

  #rest() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#audio.pause();
  }

  #drive(from) {
    this.#rest();
    const note = this.note;
    if (this.#silent) {
      [this.#since, this.#sinceClock] = [from, this.#clock.now()];
      const left = (note.seconds - from) / (this.#clock.speed * this.rate);
      this.#timer = setTimeout(() => this.#ended(), Math.max(0, left * 1000));
    } else {
      if (this.#audio.dataset.of !== note.source) {
        this.#audio.src = this.#audio.dataset.of = note.source;
      }
      this.#audio.playbackRate = this.#audio.defaultPlaybackRate = this.#clock.speed * this.rate;
      this.#audio.currentTime = from;
      this.#audio.play().catch((error) => {
        if (error.name !== 'AbortError' && this.note === note) this.pause();
      });
    }
    const paint = () => {
      note.paint();
      this.#frame = requestAnimationFrame(paint);
    };
    paint();
  }

  #ended() {
    const note = this.note;
    if (!note || !this.playing) return;
    this.playing = false;
    this.#rest();
    note.kept = 0;
    this.note = null;
    note.paint();
    const voices = [...document.querySelectorAll('.voice')].map((element) => element.note);
    const next = voices[voices.indexOf(note) + 1];
    if (next) {
      next.kept = 0;
      this.play(next);
    }
  }
}

export class Note {
  kept = 0; // where it goes on when it is played next, in seconds
  #deck;
  #wave;

  constructor(voice, source, deck) {
    this.#deck = deck;
    this.source = source;
    this.seconds = Math.max(voice.duration, 0.1);
    this.button = el('button', {type: 'button', className: 'play'});
    this.button.addEventListener('click', () => (this.#plays ? deck.pause() : deck.play(this)));
    this.#wave = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.#wave.setAttribute('viewBox', `0 0 ${BARS * 4} 32`);
    this.#wave.setAttribute('preserveAspectRatio', 'none');
    this.#wave.setAttribute('aria-hidden', 'true');
    this.#draw(new Array(BARS).fill(0));
    this.slider = el('input', {type: 'range', min: 0, max: 1000, step: 1, value: 0, ariaLabel: 'Position'});
    this.slider.addEventListener('input', () => deck.seek(this, (this.slider.value / 1000) * this.seconds));
    this.time = el('span', {className: 'passed'});
    this.rate = el('button', {type: 'button', className: 'rate'});
    this.rate.addEventListener('click', () => deck.turnRate());
    this.element = el('div', {className: 'voice', ariaLive: 'off'}, // the seconds that pass are not read out
      this.button,
      el('div', {className: 'track'}, this.#wave, this.slider),
      el('div', {className: 'facts'}, this.time, this.rate));
    this.element.note = this;
    new IntersectionObserver(([entry], watcher) => {
      if (!entry.isIntersecting) return;
      watcher.disconnect();
      this.#listen();
    }).observe(this.element);
    this.paint();
  }

  get #plays() {
    return this.#deck.note === this && this.#deck.playing;
  }

  learn(seconds) {
    if (Number.isFinite(seconds) && seconds > 0) this.seconds = seconds;
    this.paint();
  }

  paint() {
    const at = this.#deck.note === this ? this.#deck.position : this.kept;
    const plays = this.#plays, share = Math.min(at / this.seconds, 1);
    const state = plays ? 'playing' : at > 0 ? 'paused' : 'idle';
    if (this.element.dataset.state !== state) {
      this.element.dataset.state = state;
      this.button.replaceChildren(icon(plays ? 'pause' : 'play'));
    }
    const label = plays ? 'Pause' : `Play voice message, ${minutes(this.seconds)}`;
    if (this.button.ariaLabel !== label) this.button.ariaLabel = label;
    const lit = Math.round(share * BARS);
    if (this.#wave.dataset.lit !== String(lit)) {
      this.#wave.dataset.lit = lit;
      [...this.#wave.children].forEach((bar, number) => bar.classList.toggle('lit', number < lit));
    }
    if (document.activeElement !== this.slider || plays) this.slider.value = share * 1000;
    const passed = state === 'idle' ? minutes(this.seconds) : `${minutes(at)} / ${minutes(this.seconds)}`;
    if (this.time.textContent !== passed) {
      this.time.textContent = passed;
      this.slider.setAttribute('aria-valuetext', passed);
    }
    const rate = `${this.#deck.rate}×`;
    if (this.rate.textContent !== rate) {
      this.rate.textContent = rate;
      this.rate.ariaLabel = `Playing speed ${rate}`;
    }
  }

  #draw(heights) {
    this.#wave.replaceChildren(...heights.map((height, number) => {
      const bar = document.createElementNS(this.#wave.namespaceURI, 'rect');
      const tall = 3 + 29 * height;
      for (const [name, value] of Object.entries({x: number * 4 + 0.6, y: 16 - tall / 2, width: 2.8, height: tall, rx: 1.4})) {
        bar.setAttribute(name, value);
      }
      return bar;
    }));
    delete this.#wave.dataset.lit;
  }

  // Look at the sound itself for the waveform and the true length.
  async #listen() {
    try {
      const answer = await fetch(this.source);
      const sound = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await answer.arrayBuffer());
      const samples = sound.getChannelData(0), each = Math.max(1, Math.floor(samples.length / BARS));
      const heights = Array.from({length: BARS}, (_, number) => {
        let sum = 0;
        for (let at = number * each; at < (number + 1) * each; at++) sum += (samples[at] ?? 0) ** 2;
        return Math.sqrt(sum / each);
      });
      const top = Math.max(...heights, 0.01);
      this.#draw(heights.map((height) => Math.min(1, height / top)));
      this.learn(sound.duration);
    } catch {
      // A note whose sound can't be looked at keeps its flat line; playing it may still work.
    }
  }
}
