// Runs in the page: every text and glyph that can be seen, with its contrast as WCAG 2.2 defines it (1.4.3). Returns those below `least`.
(least) => {
  const parse = (text) => {
    const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/.exec(text);
    if (mixed) return [Number(mixed[1]) * 255, Number(mixed[2]) * 255, Number(mixed[3]) * 255, Number(mixed[4] ?? 1)];
    const numbers = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? (text.startsWith('rgba') || text === 'transparent' ? 0 : 1)];
  };
  const over = (top, bottom) => [0, 1, 2].map((channel) => top[channel] * top[3] + bottom[channel] * (1 - top[3])).concat(1);
  const parentOf = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
  const backgroundOf = (element) => {
    const layers = [];
    for (let at = element; at; at = parentOf(at)) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((bottom, top) => over(top, bottom), [255, 255, 255, 1]);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && !element.closest('.sr-only') && element.checkVisibility();
  };
  const disabled = (element) => element.closest('[disabled]') !== null;
  const found = [];
  let checked = 0;
  const look = (element, words) => {
    if (!visible(element) || disabled(element)) return;
    checked++;
    const background = backgroundOf(element);
    const value = ratio(over(parse(getComputedStyle(element).color), background), background);
    if (value < least)
      found.push(`${value.toFixed(2)} ${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} "${words.slice(0, 40)}"`);
  };
  const walker = document.createTreeWalker(document.querySelector('#app'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (parentElement && textContent.trim() !== '') look(parentElement, textContent.trim());
  }
  for (const glyph of document.querySelectorAll('#app svg.glyph')) if (glyph.childElementCount > 0) look(glyph, 'glyph');
  return { checked, found };
};
