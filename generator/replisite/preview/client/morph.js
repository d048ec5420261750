/*
 * Morph: apply the author's changes to the live page, and nothing else.
 *
 * Three trees take part: the old source (the mirror), the new source, and the live page. Only the differences
 * between the two sources are applied, to the live page and to the mirror alike; the changes of a script or the user stay. Where a
 * script removed or rewrote a part that the author has now changed, the author's version is shown.
 */
import { align, longestRise, same } from "./align.js";
import { inside } from "./mirror.js";

/**
 * @typedef {object} Morphing
 * @property {import("./mirror.js").Mirror} mirror
 * @property {(link: HTMLLinkElement, href: string) => void} exchangeStylesheet gives a stylesheet another address without a flash
 */

/**
 * Make the live page show the new source; the nodes of the new tree are moved into the mirror.
 * @param {Morphing} morphing
 * @param {Element} fresh
 */
export function morph(morphing, fresh) {
  const focus = rememberFocus();
  patch(morphing, morphing.mirror.tree, fresh);
  focus();
}

function patch(morphing, source, fresh) {
  if (same(source, fresh)) return;
  const live = morphing.mirror.live(source);
  if (source.nodeType !== Node.ELEMENT_NODE) {
    patchText(source, fresh, live);
    return;
  }
  const restoreChoice = source.localName === "select" ? rememberChoice(source, live) : null;
  patchAttributes(morphing, source, fresh, live);
  patchChildren(morphing, source, fresh, live);
  restoreChoice?.();
}

/** Only the piece that differs is replaced, so that a selection beside it stays. */
function patchText(source, fresh, live) {
  const [old, text] = [source.data, fresh.data];
  source.data = text;
  if (live.data !== old) {
    if (live.data !== text) live.data = text;
    return;
  }
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old[start] === text[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  if (old !== text) live.replaceData(start, old.length - end - start, text.slice(start, text.length - end));
}

function patchAttributes(morphing, source, fresh, live) {
  const names = new Set([...source.getAttributeNames(), ...fresh.getAttributeNames()]);
  for (const name of names) {
    const [old, value] = [source.getAttribute(name), fresh.getAttribute(name)];
    if (old === value) continue;
    if (name === "class") patchClasses(old ?? "", value, live);
    else if (name === "style" && live.style) patchStyle(source, fresh, live);
    else if (name === "href" && value && isStylesheet(source) && isStylesheet(fresh)) morphing.exchangeStylesheet(live, value);
    else if (live.getAttribute(name) !== value) setAttribute(live, fresh, name);
    setAttribute(source, fresh, name);
  }
}

/** Attribute nodes are copied whole: names such as `@click` and namespaces such as xlink pass only so. */
function setAttribute(element, fresh, name) {
  const attribute = fresh.getAttributeNode(name);
  if (attribute) element.setAttributeNode(attribute.cloneNode());
  else element.removeAttribute(name);
}

function isStylesheet(element) {
  return element.localName === "link" && element.relList.contains("stylesheet");
}

function patchClasses(old, value, live) {
  if (live.getAttribute("class") === old) {
    if (value === null) live.removeAttribute("class");
    else live.setAttribute("class", value);
    return;
  }
  const words = (text) => (text ?? "").split(/\s+/).filter(Boolean);
  const wanted = new Set(words(value));
  for (const name of words(old)) if (!wanted.has(name)) live.classList.remove(name);
  for (const name of wanted) live.classList.add(name);
}

function patchStyle(source, fresh, live) {
  if (live.getAttribute("style") === source.getAttribute("style")) {
    setAttribute(live, fresh, "style");
    return;
  }
  for (const property of new Set([...source.style, ...fresh.style])) {
    const [value, priority] = [fresh.style.getPropertyValue(property), fresh.style.getPropertyPriority(property)];
    if (value === source.style.getPropertyValue(property) && priority === source.style.getPropertyPriority(property)) continue;
    if (value) live.style.setProperty(property, value, priority);
    else live.style.removeProperty(property);
  }
}

function patchChildren(morphing, source, fresh, live) {
  const { mirror } = morphing;
  const [sourceHome, liveHome] = [inside(source), inside(live)];
  const [before, after] = [[...sourceHome.childNodes], [...inside(fresh).childNodes]];
  const partners = align(before, after);
  const kept = new Set(partners);

  if (isRewritten(mirror, before, after, partners, liveHome)) {
    sourceHome.replaceChildren(...after);
    liveHome.replaceChildren(...after.map((child) => mirror.grow(child)));
    return;
  }
  for (const child of before) {
    if (kept.has(child)) continue;
    mirror.live(child)?.remove();
    child.remove();
  }
  const places = new Map(before.map((child, place) => [child, place]));
  const steady = longestRise(partners.filter(Boolean).map((child) => places.get(child)));

  let last = null; // the live node behind which the next one stands
  after.forEach((wanted, place) => {
    let child = partners[place];
    if (child) {
      const twin = mirror.live(child);
      if (twin?.getRootNode() === liveHome.getRootNode()) {
        if (!steady.has(places.get(child)) && twin.parentNode === liveHome) moveBehind(liveHome, twin, last);
        patch(morphing, child, wanted);
      } else if (!same(child, wanted)) {
        child.remove();
        child = wanted;
        moveBehind(liveHome, mirror.grow(child), last);
      }
    } else {
      child = wanted;
      moveBehind(liveHome, mirror.grow(child), last);
    }
    const here = sourceHome.childNodes[place];
    if (here !== child) sourceHome.insertBefore(child, here ?? null);
    const twin = mirror.live(child);
    if (twin?.parentNode === liveHome) last = twin;
  });
}

/**
 * Whether a script has put other content where the author now changed something: nothing of the source is left there,
 * or its text was exchanged.
 */
function isRewritten(mirror, before, after, partners, liveHome) {
  if (liveHome === document.documentElement) return false;
  const isLost = (child) => mirror.live(child)?.parentNode !== liveHome;
  if (![...liveHome.childNodes].some((child) => !mirror.isGrown(child))) return false;
  const unchanged = new Set(partners.filter((child, place) => child && same(child, after[place])));
  const lost = before.filter((child) => !unchanged.has(child) && isLost(child));
  const isTextLost = lost.some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  return lost.length > 0 && (isTextLost || before.every(isLost));
}

/** moveBefore() keeps a playing video, an iframe and the focus; older browsers know only insertBefore(). */
function moveBehind(home, node, last) {
  const next = last ? last.nextSibling : home.firstChild;
  if (next === node) return;
  if (home.moveBefore && node.isConnected && home.isConnected) home.moveBefore(node, next);
  else home.insertBefore(node, next);
}

/** What was chosen by hand stays chosen, though another option is the default now. */
function rememberChoice(source, live) {
  const chosen = (select) => new Set([...select.selectedOptions].map((option) => option.value));
  const [byDefault, now] = [chosen(source), chosen(live)];
  if (byDefault.size === now.size && [...now].every((value) => byDefault.has(value))) {
    return null;
  }
  return () => {
    const options = [...live.options];
    if (!options.some((option) => now.has(option.value))) return;
    for (const option of options) option.selected = now.has(option.value);
  };
}

function rememberFocus() {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return () => {};
  const [start, end, direction] = [focused.selectionStart, focused.selectionEnd, focused.selectionDirection];
  return () => {
    if (document.activeElement === focused || !focused.isConnected) return;
    focused.focus({ preventScroll: true });
    if (typeof start === "number") focused.setSelectionRange(start, end, direction);
  };
}
