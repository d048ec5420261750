/*
 * The toolbar: switches for the owner, the edition, the reader, the edge case and the color scheme, and the page's facts.
 *
 * Alt+Shift+P hides and shows it; a button minimizes it to a tab in the corner. Its state and its side are stored.
 */
import { drawFacts } from "./facts.js";
import { counted, icon, make, sized } from "./dom.js";
import { OwnerSwitch } from "./owners.js";
import { OWN_REQUEST } from "./page.js";
import { Panels } from "./panels.js";

const KEY = "replisite:toolbar";
const SCHEMES = /** @type {const} */ ([
  ["auto", "As the browser is set", "auto"],
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
]);

/** Open another view of this page. */
function go(parameter, value) {
  location.assign(`/_replisite/go?${new URLSearchParams({ at: location.pathname, [parameter]: value })}`);
}

export class Toolbar {
  #layout = { mode: "open", side: "bottom", ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  #updating = new AbortController();

  /**
   * @param {HTMLElement} surface
   * @param {import("./scheme.js").SchemeSwitch} scheme
   * @param {{isOn: boolean, toggle: () => Promise<void>}} personal
   */
  constructor(surface, scheme, personal) {
    this.surface = surface;
    this.scheme = scheme;
    this.personal = personal;
    const panels = new Panels(surface);
    this.owners = new OwnerSwitch(surface, (alias) => go("owner", alias));
    this.edition = this.#select("Edition", "edition");
    this.view = this.#select("View as", "view");
    this.case = this.#select("Case", "case", "Edge case");
    this.schemes = SCHEMES.map(([value, name, shape]) =>
      make(
        "button",
        { type: "button", class: "segment", "data-scheme": value, "aria-label": name, title: name, click: () => this.#useScheme(value) },
        icon(shape),
      ),
    );
    this.personalButton = make("button", { type: "button", class: "button", click: () => personal.toggle() }, icon("person"), "Personal");
    this.factsButton = make("button", { type: "button", class: "button" }, "Page");
    this.factsPanel = make("section", { class: "panel facts-panel", "aria-label": "This page" });
    this.edit = make("a", { class: "button", hidden: true }, icon("edit"), "Source");
    this.qrButton = make("button", { type: "button", class: "button", hidden: true }, icon("code"), "QR");
    this.qrPanel = make("section", { class: "panel qr-panel", "aria-label": "QR code" });
    this.presence = make("p", { class: "presence", role: "status" });
    this.reading = make("p", { class: "reading", "aria-hidden": "true", hidden: true });
    this.progress = make("div", { class: "progress", role: "progressbar", "aria-label": "Reading the roster", hidden: true });
    this.side = make("button", { type: "button", class: "button quiet", click: () => this.#swapSide() });
    this.banner = make("p", { class: "banner", hidden: true }, "Member page, shown in this preview only. Visitors cannot see it.");
    this.tab = make("button", { type: "button", class: "tab", click: () => this.#setMode("open") }, "Preview");
    const minimize = make("button", { type: "button", class: "button quiet", "aria-label": "Minimize the preview toolbar", title: "Minimize (Alt+Shift+P hides it)" });
    minimize.append(icon("away"));
    minimize.addEventListener("click", () => this.#setMode("folded"));
    this.row = make(
      "div",
      { class: "row" },
      this.owners.element,
      this.edition.element,
      this.view.element,
      this.case.element,
      make("div", { class: "segments", role: "group", "aria-label": "Color scheme" }, ...this.schemes),
      this.personalButton,
      this.factsButton,
      this.edit,
      this.qrButton,
      make("div", { class: "row-end" }, this.side, minimize),
    );
    this.bar = make("section", { class: "bar", "aria-label": "Preview" }, this.progress, this.row);
    const notes = make("div", { class: "notes" }, this.reading, this.presence);
    surface.append(this.banner, notes, this.bar, this.tab);
    panels.add(this.factsButton, this.factsPanel);
    panels.add(this.qrButton, this.qrPanel);
    document.addEventListener("keydown", (event) => {
      if (!event.altKey || !event.shiftKey || event.code !== "KeyP") return;
      event.preventDefault();
      panels.close();
      this.#setMode(this.#layout.mode === "hidden" ? "open" : "hidden", false);
    });
    this.#layOut();
    this.showChoices();
  }

  /** Get the facts about this page from the server, and show them. */
  async update() {
    this.#updating.abort();
    const updating = (this.#updating = new AbortController());
    const query = new URLSearchParams({ at: location.pathname });
    try {
      const answer = await fetch(`/_replisite/page?${query}`, { ...OWN_REQUEST, signal: updating.signal });
      if (answer.ok) this.#show(await answer.json());
    } catch {
      // a later update replaced this one, or the server is not running; the next event updates
    }
  }

  /** @param {{state: string, done: number, total: number}} roster */
  showRoster({ state, done, total }) {
    const isReading = state === "reading";
    this.progress.hidden = !isReading;
    this.reading.hidden = state === "ready";
    this.reading.classList.toggle("failed", state === "failed");
    if (state === "failed") this.reading.textContent = "The roster could not be read";
    if (!isReading) return;
    this.reading.textContent = `Reading the roster: ${counted(done)}${total ? ` of ${counted(total)}` : ""}`;
    this.progress.classList.toggle("unknown", !total);
    this.progress.setAttribute("aria-valuetext", `${counted(done)} people`);
    if (total) this.progress.setAttribute("aria-valuenow", `${Math.floor((100 * done) / total)}`);
    else this.progress.removeAttribute("aria-valuenow");
    this.progress.style.setProperty("--done", total ? `${(100 * done) / total}%` : "100%");
  }

  /** @param {boolean} isThere */
  showPresence(isThere) {
    const text = isThere ? "" : "The preview has stopped. This page reconnects when it runs again.";
    if (this.presence.textContent !== text) this.presence.textContent = text;
    this.surface.classList.toggle("alone", !isThere);
  }

  /** Show the choices that are not part of the address. */
  showChoices() {
    this.personalButton.setAttribute("aria-pressed", `${this.personal.isOn}`);
    for (const button of this.schemes) button.setAttribute("aria-pressed", `${button.dataset.scheme === this.scheme.current}`);
  }

  #show(facts) {
    this.owners.show(facts.owner, facts.people);
    const editions = facts.editions.map((edition) => [edition, edition.replace(/^([A-Z]{2})-(.*)$/, "$1 · $2")]);
    this.edition.show(editions, facts.edition);
    this.view.show(facts.views.map(({ key, title }) => [key, title]), facts.view);
    this.case.show([["", "None"], ...facts.cases.map(({ key, title }) => [key, title])], facts.case);
    this.factsButton.replaceChildren(`${sized(facts.bytes)} · ${facts.slots === 1 ? "1 slot" : `${counted(facts.slots)} slots`}`);
    const isOdd = Boolean(facts.widened || facts.warnings.length);
    if (isOdd) this.factsButton.append(icon("warning"), make("span", { class: "unseen" }, "with warnings"));
    this.factsButton.classList.toggle("odd", isOdd);
    drawFacts(this.factsPanel, facts);
    this.edit.hidden = !facts.editor;
    this.edit.href = facts.editor;
    this.edit.title = facts.source;
    this.qrButton.hidden = !facts.qr;
    if (facts.qr) this.#drawCode(facts.qr);
    this.banner.hidden = !facts.is_unlocked;
    this.showRoster(facts.roster);
  }

  #drawCode(address) {
    const query = new URLSearchParams({ at: location.pathname });
    this.qrPanel.replaceChildren(
      make("h2", { class: "panel-title" }, "Open on your phone"),
      make("img", { class: "qr", src: `/_replisite/qr.svg?${query}`, alt: `QR code of ${address}`, loading: "lazy" }),
      make("p", { class: "hint" }, address),
    );
  }

  #select(label, parameter, name = label) {
    const select = make("select", { class: "field", "aria-label": name, change: () => go(parameter, select.value) });
    const show = (options, current) => {
      select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
      select.value = current;
      element.hidden = options.length < 2;
    };
    const element = make("label", { class: "labelled", hidden: true }, make("span", {}, label), select);
    return { element, show };
  }

  #useScheme(scheme) {
    this.scheme.choose(scheme);
    this.showChoices();
  }

  #swapSide() {
    this.#layout.side = this.#layout.side === "top" ? "bottom" : "top";
    this.#layOut();
  }

  #setMode(mode, withFocus = true) {
    this.#layout.mode = mode;
    this.#layOut();
    if (withFocus) (mode === "open" ? this.owners.input : this.tab).focus({ preventScroll: true });
  }

  #layOut() {
    const { mode, side } = this.#layout;
    localStorage.setItem(KEY, JSON.stringify(this.#layout));
    Object.assign(this.surface.dataset, { mode, side });
    const move = side === "top" ? "Move the toolbar to the bottom" : "Move the toolbar to the top";
    this.side.setAttribute("aria-label", move);
    this.side.title = move;
    this.side.replaceChildren(icon(side === "top" ? "down" : "up"));
  }
}
