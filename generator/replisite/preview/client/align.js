/*
 * Alignment: which old child became which new one.
 *
 * In this order: equal ends; the heaviest common subsequence of ids and of equal nodes; what moved; and in the gaps
 * that are left, what has the same tag.
 */

/** Beyond so many comparisons of two long lists only equal ends and moves are looked for. */
const MOST_COMPARISONS = 1_000_000;

/** Whether any tree has had a template: most have none, and searching each part of a long page for them takes time. */
let hasTemplates = false;

/** Announce a tree whose nodes will be compared. @param {Element} tree */
export function expect(tree) {
  hasTemplates ||= tree.querySelector("template") !== null;
}

/** @returns {boolean} whether two nodes have the same source; isEqualNode() does not look into templates */
export function same(one, other) {
  if (!one.isEqualNode(other)) return false;
  if (!hasTemplates || one.nodeType !== Node.ELEMENT_NODE) return true;
  const [mine, theirs] = [templates(one), templates(other)];
  return mine.every((template, place) => template.innerHTML === theirs[place].innerHTML);
}

function templates(element) {
  return element.localName === "template" ? [element] : [...element.querySelectorAll("template")];
}

/**
 * Find the old child for each new one.
 * @param {Node[]} before
 * @param {Node[]} after
 * @returns {(Node | null)[]} as long as `after`; null: a new node
 */
export function align(before, after) {
  const partners = new Array(after.length).fill(null);
  let start = 0;
  let [endBefore, endAfter] = [before.length, after.length];
  while (start < endBefore && start < endAfter && same(before[start], after[start])) {
    partners[start] = before[start];
    start += 1;
  }
  while (endBefore > start && endAfter > start && same(before[endBefore - 1], after[endAfter - 1])) {
    endBefore -= 1;
    endAfter -= 1;
    partners[endAfter] = before[endBefore];
  }
  if (start < endBefore && start < endAfter) {
    alignMiddle(before.slice(start, endBefore), after.slice(start, endAfter)).forEach((partner, place) => {
      partners[start + place] = partner;
    });
  }
  return partners;
}

function alignMiddle(before, after) {
  const partners = new Array(after.length).fill(null);
  const free = new Set(before);
  const pair = (old, place) => {
    partners[place] = old;
    free.delete(old);
  };
  const [keysBefore, keysAfter] = [before.map(identity), after.map(identity)];
  const steps = commonSubsequence(keysBefore, keysAfter);
  for (const [from, to] of steps) pair(before[from], to);

  const moved = new Map();
  before.forEach((old, place) => {
    if (free.has(old) && !isBlank(old)) moved.set(keysBefore[place], old);
  });
  keysAfter.forEach((key, place) => {
    const old = moved.get(key);
    if (partners[place] || !old || old.nodeName !== after[place].nodeName) return;
    pair(old, place);
    moved.delete(key);
  });

  let [lastFrom, lastTo] = [-1, -1];
  for (const [from, to] of [...steps, [before.length, after.length]]) {
    const left = before.slice(lastFrom + 1, from).filter((old) => free.has(old));
    for (const likeness of [shape, (node) => node.nodeName]) {
      for (let place = lastTo + 1; place < to; place += 1) {
        if (partners[place]) continue;
        const found = left.findIndex((old) => likeness(old) === likeness(after[place]));
        if (found >= 0) pair(left.splice(found, 1)[0], place);
      }
    }
    [lastFrom, lastTo] = [from, to];
  }
  return partners;
}

/** The id of an element, or all that it says. */
function identity(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return `${node.nodeName} ${node.data}`;
  return node.id ? `${node.nodeName}#${node.id}` : node.outerHTML;
}

/** What an element that was edited most likely keeps. */
function shape(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return isBlank(node) ? "" : node.nodeName;
  const kept = ["class", "name", "type", "rel", "href", "src", "for"].map((name) => node.getAttribute(name));
  return `${node.nodeName} ${kept.join(" ")}`;
}

function isBlank(node) {
  return node.nodeType === Node.TEXT_NODE && !node.data.trim();
}

/** @returns {[number, number][]} places in both lists, rising; the space between elements weighs little */
function commonSubsequence(before, after) {
  const width = after.length + 1;
  if (before.length * after.length > MOST_COMPARISONS) return [];
  const best = new Uint32Array((before.length + 1) * width);
  const weight = (key) => (key.startsWith("#text") && !key.slice(5).trim() ? 1 : 8);
  for (let from = before.length - 1; from >= 0; from -= 1) {
    for (let to = after.length - 1; to >= 0; to -= 1) {
      const skipped = Math.max(best[(from + 1) * width + to], best[from * width + to + 1]);
      const taken = before[from] === after[to] ? best[(from + 1) * width + to + 1] + weight(after[to]) : 0;
      best[from * width + to] = Math.max(skipped, taken);
    }
  }
  const steps = [];
  for (let from = 0, to = 0; from < before.length && to < after.length; ) {
    const here = best[from * width + to];
    if (here === best[(from + 1) * width + to]) from += 1;
    else if (here === best[from * width + to + 1]) to += 1;
    else steps.push([from++, to++]);
  }
  return steps;
}

/**
 * The most numbers that can stay where they are when a list is sorted.
 * @param {number[]} numbers all different
 * @returns {Set<number>}
 */
export function longestRise(numbers) {
  const ends = [];
  const previous = new Map();
  for (const number of numbers) {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (ends[middle] < number) low = middle + 1;
      else high = middle;
    }
    previous.set(number, low > 0 ? ends[low - 1] : undefined);
    ends[low] = number;
  }
  const rise = new Set();
  for (let number = ends.at(-1); number !== undefined; number = previous.get(number)) rise.add(number);
  return rise;
}
