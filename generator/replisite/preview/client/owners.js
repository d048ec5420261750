/*
 * The switch between owners: a box that searches a million of them (the combobox with a list of the ARIA Authoring Practices
 * Guide). The corporate site is always the first entry.
 */
import { OWN_REQUEST } from "./page.js";
import { counted, make } from "./dom.js";
import { placeAbove } from "./panels.js";

/** @typedef {{alias: string, name: string, market: string, status: string}} Person */

export class OwnerSwitch {
  /** @type {AbortController | null} */
  #searching = null;
  #active = -1;
  #current = "";

  /**
   * @param {HTMLElement} surface where the list opens
   * @param {(alias: string) => void} onChoose "" is the company
   */
  constructor(surface, onChoose) {
    this.onChoose = onChoose;
    this.input = make("input", {
      id: "owner",
      class: "field owner",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "owners",
      input: () => this.#search(this.input.value),
      focus: () => this.input.select(),
      click: () => this.#isClosed && this.#search(""),
      blur: () => this.#close(),
      keydown: (event) => this.#steer(event),
    });
    this.list = make("ul", { id: "owners", class: "panel owners", role: "listbox", "aria-label": "Owners", hidden: true });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
    this.note = make("p", { class: "unseen", role: "status" });
    surface.append(this.list, this.note);
    this.element = make("label", { class: "labelled" }, make("span", {}, "Owner"), this.input);
  }

  /** @param {{alias: string, name: string, is_company: boolean}} owner @param {number} people in the whole roster */
  show(owner, people) {
    this.#current = owner.is_company ? "The company" : `${owner.alias} — ${owner.name}`;
    this.input.placeholder = `Search ${counted(people)} people`;
    if (this.#isClosed) this.input.value = this.#current;
  }

  get #isClosed() {
    return this.list.hidden;
  }

  get #options() {
    return /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[role=option]")]);
  }

  async #search(text) {
    this.#searching?.abort();
    const searching = (this.#searching = new AbortController());
    const query = new URLSearchParams({ q: text.trim() });
    let people;
    try {
      const answer = await fetch(`/_replisite/people?${query}`, { ...OWN_REQUEST, signal: searching.signal });
      people = answer.ok ? await answer.json() : [];
    } catch {
      return;
    }
    if (searching.signal.aborted) return;
    this.#open(people, text.trim());
  }

  /** @param {Person[]} people @param {string} text */
  #open(people, text) {
    const entries = [["", "Corporate site"], ...people.map((each) => [each.alias, describe(each)])];
    this.list.replaceChildren(
      ...entries.map(([alias, words], index) =>
        make(
          "li",
          { id: `owner-${index}`, role: "option", "aria-selected": "false", "data-alias": alias, click: () => this.#choose(alias) },
          words,
        ),
      ),
    );
    this.list.hidden = false;
    placeAbove(this.list, this.input);
    this.input.setAttribute("aria-expanded", "true");
    this.note.textContent = people.length ? `${people.length} found` : "No people found";
    this.#activate(text && people.length ? 1 : -1);
  }

  #close() {
    this.#searching?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
    this.input.value = this.#current;
  }

  #activate(index) {
    this.#active = index;
    this.#options.forEach((option, position) => option.setAttribute("aria-selected", `${position === index}`));
    const option = this.#options[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #steer(event) {
    const count = this.#options.length;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (this.#isClosed) this.#search("");
      else if (this.#active < 0) this.#activate(event.key === "ArrowDown" ? 0 : count - 1);
      else this.#activate((this.#active + steps[event.key] + count) % count);
    } else if (event.key === "Enter" && !this.#isClosed && this.#active >= 0) {
      event.preventDefault();
      this.#choose(this.#options[this.#active].dataset.alias);
    } else if (event.key === "Escape" && !this.#isClosed) {
      event.preventDefault();
      this.#close();
      this.input.select();
    }
  }

  #choose(alias) {
    this.#close();
    this.onChoose(alias);
  }
}

/** @param {Person} person */
function describe({ alias, name, market, status }) {
  const words = [alias, name, market].filter(Boolean).join(" — ");
  return status && status !== "active" ? `${words} (${status})` : words;
}
