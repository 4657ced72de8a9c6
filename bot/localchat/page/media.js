// Pictures and loops: their boxes are as large as they will be before anything has come, so nothing jumps.
import {el} from './dom.js';
import {icon} from './icons.js';
import {view} from './viewer.js';

const WIDEST = 420, TALLEST = 420, SMALL = 240; // pixels on the page; what is smaller grows, as a loop often is
const still = matchMedia('(prefers-reduced-motion: reduce)');

// Width and height on the page of a picture that has these.
function box({width, height}) {
  if (!width || !height) return {};
  const scale = Math.min(WIDEST / width, TALLEST / height, Math.max(1, SMALL / Math.max(width, height)));
  return {width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale))};
}

// What hides a picture until it is tapped.
function covered(element, hidden, what) {
  if (!hidden) return element;
  const button = el('button', {type: 'button', className: 'cover-up', ariaLabel: `Hidden ${what}, show`}, icon('hidden'));
  const frame = el('div', {className: 'covered'}, element, button);
  element.inert = true;
  button.addEventListener('click', () => {
    element.inert = false;
    button.remove();
    frame.classList.remove('covered');
    element.focus();
  });
  return frame;
}

// A caption is read right after the picture: it is not said twice.
export function photo(sizes, source, {caption, hidden}) {
  const image = el('img', {src: source, alt: 'Picture', loading: 'lazy', decoding: 'async', ...box(sizes)});
  const button = el('button', {type: 'button', className: 'photo', data: {caption: caption ?? ''}}, image);
  button.addEventListener('click', () => view(button, [...document.querySelectorAll('.message:not(.going) .photo')]));
  return covered(button, hidden, 'picture');
}

// It moves by itself, without sound, for who has not asked for less motion; a button stops it and lets it go on.
export function loop(animation, source, {hidden}) {
  const moving = animation.mime_type === 'image/gif' ? gif(animation, source) : film(animation, source);
  const button = el('button', {type: 'button', className: 'hold'});
  let runs = false;
  const set = (run) => {
    runs = run;
    moving.run(run);
    button.replaceChildren(icon(run ? 'pause' : 'play'));
    button.ariaLabel = run ? 'Stop the loop' : 'Play the loop';
    frame.dataset.state = run ? 'playing' : 'paused';
  };
  const frame = el('div', {className: 'loop'}, moving.element, button);
  button.addEventListener('click', () => set(!runs));
  still.addEventListener('change', () => frame.isConnected && set(!still.matches));
  set(!still.matches && !hidden);
  const whole = covered(frame, hidden, 'loop');
  whole.querySelector('.cover-up')?.addEventListener('click', () => set(!still.matches));
  return whole;
}

function film(animation, source) {
  const element = el('video', {src: source, muted: true, loop: true, playsInline: true, preload: 'auto', disablePictureInPicture: true, ariaLabel: 'Loop', ...box(animation)});
  element.setAttribute('muted', '');
  return {
    element,
    run(run) {
      element.autoplay = run;
      if (!run) element.pause();
      else element.play().catch(() => {}); // a browser that lets nothing play by itself shows the first picture
    },
  };
}

// A GIF can't be stopped: its first picture, drawn over it, stands still.
function gif(animation, source) {
  const image = el('img', {src: source, alt: 'Loop', ...box(animation)});
  const stand = el('canvas', {hidden: true, ...box(animation)});
  let runs = true;
  const draw = () => {
    stand.hidden = runs || !image.naturalWidth;
    image.classList.toggle('behind', !stand.hidden);
    if (stand.hidden) return;
    [stand.width, stand.height] = [image.naturalWidth, image.naturalHeight];
    stand.getContext('2d').drawImage(image, 0, 0);
  };
  image.addEventListener('load', draw);
  return {
    element: el('div', {className: 'gif'}, image, stand),
    run(run) {
      runs = run;
      draw();
    },
  };
}

export function fileCard({file_name: name = 'File', file_size: size}, source) {
  const kind = /\.(\w{1,4})$/.exec(name)?.[1] ?? '';
  return el('a', {className: 'document', href: source, download: name},
    el('span', {className: 'sheet', ariaHidden: 'true'}, icon('file'), kind ? el('i', {textContent: kind}) : null),
    el('span', {className: 'titles'}, el('b', {textContent: name}), el('span', {textContent: bytes(size ?? 0)})));
}

function bytes(count) {
  const units = ['byte', 'kilobyte', 'megabyte'];
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat([], {style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: 1}).format(count / 1000 ** step);
}
