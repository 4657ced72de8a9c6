// Which way the page runs: as the person's language does.
const LEFTWARDS = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'ha-arab', 'he', 'iw', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']);

export function direction(language) {
  const locale = new Intl.Locale(language);
  const told = locale.getTextInfo?.() ?? locale.textInfo;
  return told?.direction ?? (LEFTWARDS.has(locale.language) ? 'rtl' : 'ltr');
}
