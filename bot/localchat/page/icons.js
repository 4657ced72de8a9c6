// The page's icons, drawn on a 24 × 24 field.
const PATHS = {
  play: 'M8.5 5.3a1 1 0 0 1 1.52-.85l10 6.7a1 1 0 0 1 0 1.7l-10 6.7a1 1 0 0 1-1.52-.85z',
  pause: 'M7.5 5h2.6a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H7.5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zm6.4 0h2.6a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-2.6a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z',
  send: 'M4.3 3.7a1 1 0 0 1 1.1-.15l15 7.5a1 1 0 0 1 0 1.9l-15 7.5a1 1 0 0 1-1.4-1.2L6.3 13l7.2-1-7.2-1L4 4.8a1 1 0 0 1 .3-1.1z',
  menu: 'M5 6.2h14a1 1 0 0 1 0 2H5a1 1 0 0 1 0-2zm0 4.8h14a1 1 0 0 1 0 2H5a1 1 0 0 1 0-2zm0 4.8h9a1 1 0 0 1 0 2H5a1 1 0 0 1 0-2z',
  down: 'M6.2 9.3a1 1 0 0 1 1.4 0l4.4 4.4 4.4-4.4a1 1 0 0 1 1.4 1.4l-5.1 5.1a1 1 0 0 1-1.4 0l-5.1-5.1a1 1 0 0 1 0-1.4z',
  jump: 'M5.5 5.8a1 1 0 0 1 1.57-.82l8.9 6.2a1 1 0 0 1 0 1.64l-8.9 6.2a1 1 0 0 1-1.57-.82zM18 5a1 1 0 0 1 1 1v12a1 1 0 0 1-2 0V6a1 1 0 0 1 1-1z',
  file: 'M7 2.5h6.5L19 8v12a1.5 1.5 0 0 1-1.5 1.5h-10.5A1.5 1.5 0 0 1 5.5 20V4A1.5 1.5 0 0 1 7 2.5zm6 1.8V8.5h4.2z',
  workshop: 'M4 6.5h8.3a2.8 2.8 0 0 1 5.4 0H20a1 1 0 0 1 0 2h-2.3a2.8 2.8 0 0 1-5.4 0H4a1 1 0 0 1 0-2zm0 9h2.3a2.8 2.8 0 0 1 5.4 0H20a1 1 0 0 1 0 2h-8.3a2.8 2.8 0 0 1-5.4 0H4a1 1 0 0 1 0-2z',
  close: 'M6.3 6.3a1 1 0 0 1 1.4 0L12 10.6l4.3-4.3a1 1 0 1 1 1.4 1.4L13.4 12l4.3 4.3a1 1 0 0 1-1.4 1.4L12 13.4l-4.3 4.3a1 1 0 0 1-1.4-1.4l4.3-4.3-4.3-4.3a1 1 0 0 1 0-1.4z',
  lock: 'M8 10V7.5a4 4 0 0 1 8 0V10h.5A1.5 1.5 0 0 1 18 11.5v7a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 18.5v-7A1.5 1.5 0 0 1 7.5 10zm2 0h4V7.5a2 2 0 0 0-4 0z',
  check: 'M5.3 12.3a1 1 0 0 1 1.4 0l3.3 3.3 7.3-7.3a1 1 0 0 1 1.4 1.4l-8 8a1 1 0 0 1-1.4 0l-4-4a1 1 0 0 1 0-1.4z',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', PATHS[name]);
  path.setAttribute('fill', 'currentColor');
  svg.append(path);
  return svg;
}
