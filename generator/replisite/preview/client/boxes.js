/*
 * Boxes around personal pieces: drawn above the page, in the document's coordinates, so that the page itself is unchanged.
 *
 * The text of a slot is between `<!--replisite:N-->` and `<!--/replisite:N-->`, or in an element that names the slot in
 * `data-replisite-slots`.
 */
import { make } from "./dom.js";

const ATTRIBUTE = "data-replisite-slots";

/**
 * Find the pieces of each slot.
 * @param {Element} root
 * @returns {Map<number, (Range | Element)[]>}
 */
export function findMarks(root) {
  const marks = new Map();
  const mark = (number, piece) => marks.set(number, [...(marks.get(number) ?? []), piece]);
  const open = new Map();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      for (const number of node.getAttribute(ATTRIBUTE)?.split(/\s+/).filter(Boolean) ?? []) mark(Number(number), node);
      continue;
    }
    const [, isEnd, digits] = /^(\/?)replisite:(\d+)$/.exec(node.data) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    if (!isEnd) {
      open.set(number, node);
    } else if (open.has(number)) {
      const range = document.createRange();
      range.setStartAfter(open.get(number));
      range.setEndBefore(node);
      mark(number, range);
      open.delete(number);
    }
  }
  return marks;
}

export class Boxes {
  /** @type {Map<number, (Range | Element)[]>} */
  #marks = new Map();
  #lit = -1;
  #frame = 0;
  #sizes = new ResizeObserver(() => this.schedule());

  /**
   * @param {HTMLElement} surface
   * @param {(number: number, chip: HTMLElement) => void} onPoint called when the pointer is on a box's chip
   * @param {() => void} onLeave
   */
  constructor(surface, onPoint, onLeave) {
    this.layer = make("div", { class: "boxes", "aria-hidden": "true" });
    surface.prepend(this.layer);
    for (const kind of ["pointerover", "click"]) {
      this.layer.addEventListener(kind, ({ target }) => onPoint(Number(target.dataset.slot), target));
    }
    this.layer.addEventListener("pointerout", onLeave);
    addEventListener("scroll", () => this.schedule(), { capture: true, passive: true });
    addEventListener("resize", () => this.schedule());
    document.addEventListener("load", () => this.schedule(), { capture: true });
  }

  /** Look through the page again. */
  show() {
    this.#marks = findMarks(document.documentElement);
    this.#sizes.disconnect();
    this.#sizes.observe(document.documentElement);
    this.#sizes.observe(document.body);
    this.draw();
  }

  clear() {
    this.#marks = new Map();
    this.#sizes.disconnect();
    this.draw();
  }

  /** @returns {boolean} whether the slot can be seen anywhere on the page */
  isVisible(number) {
    return (this.#marks.get(number) ?? []).some((piece) => visibleRects(piece).length > 0);
  }

  /** Let the boxes of one slot stand out; -1: of none. */
  light(number) {
    this.#lit = number;
    for (const box of this.layer.children) box.classList.toggle("lit", Number(box.dataset.slot) === number);
  }

  /** Bring the first box of a slot into view. */
  scrollTo(number) {
    const piece = (this.#marks.get(number) ?? []).find((each) => visibleRects(each).length > 0);
    if (!piece) return;
    const holder = piece instanceof Range ? piece.commonAncestorContainer : piece;
    (holder instanceof Element ? holder : holder.parentElement).scrollIntoView({ block: "center" });
  }

  /** Draw before the next picture, once however often it is asked for. */
  schedule() {
    if (!this.#marks.size || this.#frame) return;
    this.#frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const origin = this.layer.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const drawn = [];
    for (const [number, pieces] of this.#marks) {
      for (const piece of pieces) {
        visibleRects(piece).forEach((rect, place) => {
          const box = make("div", { class: number === this.#lit ? "box lit" : "box", "data-slot": `${number}` });
          move(box, rect.left - origin.left, rect.top - origin.top);
          box.style.width = `${rect.width}px`;
          box.style.height = `${rect.height}px`;
          drawn.push(box);
          if (place > 0) return;
          const chip = make("span", { class: "chip", "data-slot": `${number}` }, `${number}`);
          move(chip, Math.max(0, Math.min(rect.left, width - 32)) - origin.left, Math.max(rect.top - 17, -scrollY) - origin.top);
          drawn.push(chip);
        });
      }
    }
    this.layer.replaceChildren(...drawn);
  }
}

function move(element, left, top) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}

/** @param {Range | Element} piece */
function visibleRects(piece) {
  if (piece instanceof Element && !piece.checkVisibility?.({ visibilityProperty: true })) return [];
  return [...piece.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
}
