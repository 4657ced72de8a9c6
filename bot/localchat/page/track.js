// A piece of music: cover, title, performer, a place to seek. It goes on to no other by itself.
import {el} from './dom.js';
import {icon} from './icons.js';
import {Player} from './player.js';

export class Track extends Player {
  // `file(id)` is a file's address.
  constructor(audio, file, deck) {
    const title = audio.title || audio.file_name || 'Audio';
    super({kind: 'music', what: title, source: file(audio.file_id), seconds: audio.duration, deck});
    this.line = el('div', {className: 'line'}, this.slider);
    const {thumbnail} = audio;
    const cover = el('div', {className: thumbnail ? 'cover' : 'cover none'},
      thumbnail ? el('img', {src: file(thumbnail.file_id), alt: ''}) : null, this.button);
    const save = el('a', {className: 'save', href: this.source, download: audio.file_name ?? title, ariaLabel: `Save ${title}`}, icon('save'));
    this.element = el('div', {className: 'player music'},
      cover,
      el('div', {className: 'titles'}, el('b', {textContent: title}), audio.performer ? el('span', {textContent: audio.performer}) : null),
      save,
      this.line,
      el('div', {className: 'facts'}, this.time, this.rate));
    this.element.player = this;
    this.paint();
  }

  paint() {
    super.paint();
    this.line.style.setProperty('--share', `${this.share * 100}%`);
  }
}
