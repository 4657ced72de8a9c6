// Voice notes, and the deck that plays whatever sounds: one thing at a time. When a note ends, the next one plays if it is
// there at that moment; a list that ran empty does not start again by itself. Up to ×4 a sound goes at the clock's speed;
// above, its progress follows the clock without sound.
import {el} from './dom.js';
import {Player} from './player.js';

const LOUDEST_SPEED = 4;
const RATES = [1, 1.5, 2];
const BARS = 48;
const MOST_HEARD = 1_000; // notes of which it is kept that they were played
const HEIGHT = 32, STEP = 4, BAR = 2.6; // of the waveform, in its own units

export class Deck {
  #audio;
  #clock;
  #timer = 0;
  #frame = 0;
  #silent = false; // whether the progress now is a silent one
  #from = 0; // where that began: seconds of the sound, and milliseconds of this machine
  #began = 0;
  #pace = 1; // seconds of the sound in a second of this machine
  #rates = new Map();
  sound = null;
  playing = false;

  constructor(clock, audio) {
    this.#clock = clock;
    this.#audio = audio;
    clock.addEventListener('speed', () => this.playing && this.#drive(this.position));
    this.#audio.addEventListener('ended', () => !this.#silent && this.#ended());
    this.#audio.addEventListener('durationchange', () => {
      if (this.sound && this.#audio.dataset.of === this.sound.source) this.sound.learn(this.#audio.duration);
    });
    this.#audio.addEventListener('timeupdate', () => this.sound?.paint());
  }

  get position() {
    if (!this.sound) return 0;
    if (!this.playing) return this.sound.kept;
    return Math.min(this.#silent ? this.#silentPosition : this.#audio.currentTime, this.sound.seconds);
  }

  // By this machine's own time: a clock that jumps moves nothing by itself (see `skip`).
  get #silentPosition() {
    return this.#from + ((performance.now() - this.#began) / 1000) * this.#pace;
  }

  play(sound) {
    if (this.sound !== sound) this.pause();
    this.sound = sound;
    this.playing = true;
    this.#drive(sound.kept);
    sound.begun();
  }

  pause() {
    if (!this.sound) return;
    this.sound.kept = this.position;
    this.playing = false;
    this.#rest();
    this.sound.paint();
  }

  seek(sound, seconds) {
    sound.kept = seconds;
    if (this.sound === sound && this.playing) this.#drive(seconds);
    else sound.paint();
  }

  // The clock has jumped: what plays goes on by as many seconds (of the clock); what is left of them after its end is the
  // next note's.
  skip(seconds) {
    if (!this.playing) return;
    const rate = this.rateOf(this.sound.kind), at = this.position + seconds * rate;
    if (at < this.sound.seconds) this.#drive(at);
    else this.#ended((at - this.sound.seconds) / rate);
  }

  // The sound is gone: if it is the one that plays, it falls silent, and nothing follows.
  forget(sound) {
    if (this.sound !== sound) return;
    this.playing = false;
    this.#rest();
    this.sound = null;
    sound.paint();
  }

  rateOf(kind) {
    if (!this.#rates.has(kind)) {
      const kept = Number(localStorage[`rate-${kind}`]);
      this.#rates.set(kind, RATES.includes(kept) ? kept : 1);
    }
    return this.#rates.get(kind);
  }

  turnRate(kind) {
    const at = this.position, rate = RATES[(RATES.indexOf(this.rateOf(kind)) + 1) % RATES.length];
    this.#rates.set(kind, rate);
    localStorage[`rate-${kind}`] = rate;
    if (this.playing && this.sound.kind === kind) this.#drive(at);
    for (const {player} of document.querySelectorAll('.player')) player.paint();
  }

  #rest() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#audio.pause();
  }

  #drive(from) {
    this.#rest();
    const sound = this.sound;
    this.#silent = this.#clock.speed > LOUDEST_SPEED;
    this.#pace = this.#clock.speed * this.rateOf(sound.kind);
    if (this.#silent) {
      [this.#from, this.#began] = [from, performance.now()];
      this.#timer = setTimeout(() => this.#ended(), Math.max(0, ((sound.seconds - from) / this.#pace) * 1000));
    } else {
      if (this.#audio.dataset.of !== sound.source) {
        this.#audio.src = this.#audio.dataset.of = sound.source;
      }
      this.#audio.playbackRate = this.#audio.defaultPlaybackRate = this.#pace;
      this.#audio.currentTime = from;
      this.#audio.play().catch((error) => {
        if (error.name !== 'AbortError' && this.sound === sound) this.pause();
      });
    }
    const paint = () => {
      sound.paint();
      this.#frame = requestAnimationFrame(paint);
    };
    paint();
  }

  // `over`: seconds (of the clock) by which a jump went beyond the end.
  #ended(over = 0) {
    const sound = this.sound;
    if (!sound || !this.playing) return;
    this.playing = false;
    this.#rest();
    sound.kept = 0;
    this.sound = null;
    sound.paint();
    if (sound.kind !== 'voice') return;
    const notes = [...document.querySelectorAll('.message:not(.going) .voice')].map(({player}) => player);
    const next = notes[notes.indexOf(sound) + 1];
    if (!next) return;
    next.kept = 0;
    this.play(next);
    if (over) this.skip(over);
  }
}

// Which notes were played is kept by their files: ids of messages begin anew with each database.
const heard = new Set(JSON.parse(localStorage.heard ?? '[]'));

export class Note extends Player {
  #wave;

  constructor(voice, source, deck) {
    super({kind: 'voice', what: 'voice message', source, seconds: voice.duration, deck});
    this.file = voice.file_id;
    this.#wave = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.#wave.setAttribute('viewBox', `0 0 ${BARS * STEP} ${HEIGHT}`);
    this.#wave.setAttribute('preserveAspectRatio', 'none');
    this.#wave.setAttribute('aria-hidden', 'true');
    this.#draw(new Array(BARS).fill(0));
    this.dot = el('span', {className: 'unheard', role: 'img', ariaLabel: 'Not played yet', hidden: heard.has(this.file)});
    this.element = el('div', {className: 'player voice'},
      this.button,
      el('div', {className: 'track'}, this.#wave, this.slider),
      el('div', {className: 'facts'}, this.time, this.dot, this.rate));
    this.element.player = this;
    new IntersectionObserver(([entry], watcher) => {
      if (!entry.isIntersecting) return;
      watcher.disconnect();
      this.#listen();
    }).observe(this.element);
    this.paint();
  }

  begun() {
    if (heard.has(this.file)) return;
    heard.add(this.file);
    localStorage.heard = JSON.stringify([...heard].slice(-MOST_HEARD));
    this.dot.hidden = true;
  }

  paint() {
    super.paint();
    const lit = Math.round(this.share * BARS);
    if (this.#wave.dataset.lit === String(lit)) return;
    this.#wave.dataset.lit = lit;
    [...this.#wave.children].forEach((bar, number) => bar.classList.toggle('lit', number < lit));
  }

  #draw(heights) {
    this.#wave.replaceChildren(...heights.map((height, number) => {
      const bar = document.createElementNS(this.#wave.namespaceURI, 'rect');
      const tall = 3 + (HEIGHT - 3) * height;
      const shape = {x: number * STEP + (STEP - BAR) / 2, y: (HEIGHT - tall) / 2, width: BAR, height: tall, rx: BAR / 2};
      for (const [name, value] of Object.entries(shape)) bar.setAttribute(name, value);
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
