// Moments in a text, shown in the reader's own zone and language. A format is `r` (how long from now), or a weekday (w), a
// date (d short, D long) and a time of day (t short, T long); without one the text stays as it is.
import {el} from './dom.js';

const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
const write = (date, how) => new Intl.DateTimeFormat([], how).format(date);

export function moment({unix_time: unix, date_time_format: form = ''}, content, clock) {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.valueOf())) return content;
  const element = el('time', {dateTime: date.toISOString(), title: write(date, {dateStyle: 'full', timeStyle: 'long'}), className: 'moment'});
  if (form === 'r') {
    element.setAttribute('aria-live', 'off'); // it changes as time goes, which is nothing to be told
    element.dataset.relative = unix;
    element.textContent = relative(unix - clock.now());
  } else if (form) element.textContent = absolute(date, form);
  else element.append(content);
  return element;
}

function absolute(date, form) {
  const styles = {};
  if (/d/i.test(form)) styles.dateStyle = form.includes('D') ? 'long' : 'short';
  if (/t/i.test(form)) styles.timeStyle = form.includes('T') ? 'medium' : 'short';
  const parts = [form.includes('w') && write(date, {weekday: 'long'}), Object.keys(styles).length && write(date, styles)];
  return parts.filter(Boolean).join(', ');
}

function relative(seconds) {
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat([], {numeric: 'auto'}).format(Math.trunc(seconds / length), unit);
}

// What is told from now on stays true as the clock goes.
export function keepTrue(clock) {
  setInterval(() => {
    for (const element of document.querySelectorAll('[data-relative]')) {
      const text = relative(element.dataset.relative - clock.now());
      if (element.textContent !== text) element.textContent = text;
    }
  }, 500);
}
