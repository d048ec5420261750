/* The personal pieces of a page: it is fetched with marks, boxes are drawn around these, and a panel lists every slot. */
import { Boxes } from "./boxes.js";
import { editorLink, icon, make } from "./dom.js";
import { OWN_REQUEST, readHere } from "./page.js";

const KEY = "replisite:personal";

/** Milliseconds for the pointer to move from a chip to its card. */
const CROSSING = 250;

/** @typedef {{expression: string, where: string, editor: string, times: number}} Slot */

export class Personal {
  /** @type {Slot[]} */
  #slots = [];
  #leaving = 0;
  isOn = false;

  /**
   * @param {HTMLElement} surface
   * @param {import("./page.js").Page} page
   * @param {() => void} onChange
   */
  constructor(surface, page, onChange) {
    this.page = page;
    this.onChange = onChange;
    this.boxes = new Boxes(
      surface,
      (number, chip) => this.#point(number, chip),
      () => this.#leave(),
    );
    this.card = make("div", { class: "panel card", hidden: true });
    this.card.addEventListener("pointerenter", () => clearTimeout(this.#leaving));
    this.card.addEventListener("pointerleave", () => this.#leave());
    this.panel = make("section", { class: "panel slots", "aria-label": "Personal slots", hidden: true });
    surface.append(this.panel, this.card);
    page.addEventListener("refreshed", () => this.#draw());
  }

  /** Whether this tab showed the personal pieces of the page before. */
  get wasOn() {
    return sessionStorage.getItem(KEY) === "on";
  }

  async toggle(isOn = !this.isOn) {
    this.isOn = isOn;
    sessionStorage.setItem(KEY, isOn ? "on" : "off");
    if (isOn) this.page.reader = (signal) => this.#readMarked(signal);
    else this.page.readUnmarked();
    this.onChange();
    await this.page.refresh();
  }

  async #readMarked(signal) {
    const query = new URLSearchParams({ at: location.pathname });
    const answer = await fetch(`/_replisite/personal?${query}`, { ...OWN_REQUEST, signal });
    if (!answer.ok) {
      this.#slots = [];
      return readHere(signal);
    }
    const { html, slots } = await answer.json();
    this.#slots = slots;
    return html;
  }

  #draw() {
    this.card.hidden = true;
    this.panel.hidden = !this.isOn;
    if (!this.isOn) {
      this.boxes.clear();
      return;
    }
    this.boxes.show();
    const [seen, unseen] = [[], []];
    this.#slots.forEach((_slot, number) => (this.boxes.isVisible(number) ? seen : unseen).push(number));
    const list = (numbers) => make("ol", { class: "slots-list" }, ...numbers.map((number) => this.#entry(number)));
    this.panel.replaceChildren(
      make(
        "header",
        { class: "slots-head" },
        make("h2", { class: "panel-title" }, this.#slots.length === 1 ? "1 personal slot" : `${this.#slots.length} personal slots`),
        make("button", { type: "button", class: "button quiet", "aria-label": "Close", click: () => this.toggle(false) }, icon("close")),
      ),
      seen.length ? list(seen) : make("p", { class: "hint" }, "This page is the same for all owners."),
    );
    if (unseen.length) this.panel.append(make("h3", { class: "slots-rest" }, `Not visible on the page (${unseen.length})`), list(unseen));
  }

  #entry(number) {
    const { expression, where, editor, times } = this.#slots[number];
    const light = (lit) => () => this.boxes.light(lit);
    return make(
      "li",
      { class: "slot", pointerenter: light(number), pointerleave: light(-1) },
      make(
        "button",
        { type: "button", class: "slot-show", click: () => this.boxes.scrollTo(number), focus: light(number), blur: light(-1) },
        make("span", { class: "chip still" }, `${number}`),
        make("code", {}, expression),
      ),
      make("p", { class: "slot-where" }, editorLink(editor, where), times > 1 ? ` · ${times} times` : ""),
    );
  }

  #point(number, chip) {
    const slot = this.#slots[number];
    if (!slot) return;
    clearTimeout(this.#leaving);
    this.boxes.light(number);
    this.card.replaceChildren(
      make("code", {}, slot.expression),
      make("p", { class: "slot-where" }, editorLink(slot.editor, slot.where), slot.times > 1 ? ` · ${slot.times} times` : ""),
    );
    this.card.hidden = false;
    const [at, { clientWidth, clientHeight }] = [chip.getBoundingClientRect(), document.documentElement];
    const below = at.bottom + 4 + this.card.offsetHeight < clientHeight;
    this.card.style.left = `${Math.max(8, Math.min(at.left, clientWidth - this.card.offsetWidth - 8))}px`;
    this.card.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - this.card.offsetHeight - 4)}px`;
  }

  #leave() {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      this.card.hidden = true;
      this.boxes.light(-1);
    }, CROSSING);
  }
}
