/*
 * The faults, over the last page without faults: their position, what is wrong, the lines around, and what to do next.
 *
 * The panel never takes the focus. Escape or its button hides it; a badge stays until the faults are fixed. A hidden panel opens
 * again when there are other faults.
 */
import { icon, make } from "./dom.js";

/**
 * @typedef {{first: number, lines: string[], line: number, column: number, length: number}} Frame
 * @typedef {{file: string, line: number, column: number, what: string, next: string, editor: string, frame: Frame | null}} Fault
 */

export class Overlay {
  #hidden = "";
  #shown = "[]";

  /** @param {HTMLElement} surface */
  constructor(surface) {
    this.title = make("h2", { id: "faults-title", class: "faults-title" });
    this.list = make("ol", { class: "faults-list" });
    this.alert = make("p", { class: "unseen", role: "alert" });
    this.panel = make(
      "section",
      { class: "faults", "aria-labelledby": "faults-title", hidden: true },
      make(
        "header",
        { class: "faults-head" },
        icon("warning"),
        this.title,
        make(
          "button",
          { type: "button", class: "button", click: () => this.hide() },
          "Hide",
          make("kbd", { "aria-hidden": "true" }, "Esc"),
        ),
      ),
      this.list,
      make("p", { class: "faults-foot" }, "The page behind is the last version without faults, if there is one. This panel closes when the faults are fixed."),
    );
    this.badge = make("button", { type: "button", class: "badge", hidden: true, click: () => this.#open() });
    surface.append(this.alert, this.panel, this.badge);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !this.panel.hidden) this.hide();
    });
  }

  /** Show these faults, or nothing when there are none. @param {Fault[]} faults */
  show(faults) {
    const text = JSON.stringify(faults);
    if (text === this.#shown) return;
    this.#shown = text;
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    this.title.textContent = count;
    this.badge.replaceChildren(icon("warning"), count);
    this.list.replaceChildren(...faults.map(drawFault));
    this.alert.textContent = faults.length ? `${count}: ${faults.map(({ what }) => what).join("; ")}` : "";
    const isHidden = text === this.#hidden;
    this.panel.hidden = !faults.length || isHidden;
    this.badge.hidden = !faults.length || !isHidden;
  }

  hide() {
    this.#hidden = this.#shown;
    const hadFocus = this.panel.contains(this.panel.getRootNode().activeElement);
    this.panel.hidden = true;
    this.badge.hidden = false;
    if (hadFocus) this.badge.focus();
  }

  #open() {
    this.#hidden = "";
    this.badge.hidden = true;
    this.panel.hidden = false;
    this.panel.querySelector("button").focus();
  }
}

/** @param {Fault} fault */
function drawFault({ file, line, column, what, next, editor, frame }) {
  const place = [file, line, column].filter(Boolean).join(":");
  const item = make(
    "li",
    { class: "fault" },
    make(
      "p",
      { class: "fault-place" },
      make("code", {}, place),
      editor ? make("a", { class: "link", href: editor, "aria-label": `Open ${place} in the editor` }, "Open in editor") : "",
    ),
    make("p", { class: "fault-what" }, what),
  );
  if (frame) item.append(drawFrame(frame, place));
  if (next) item.append(make("p", { class: "fault-next" }, next));
  return item;
}

/** @param {Frame} frame @param {string} place */
function drawFrame({ first, lines, line, column, length }, place) {
  const drawn = make("div", { class: "frame", tabindex: "0", role: "group", "aria-label": `Lines around ${place}` });
  lines.forEach((text, position) => {
    const number = first + position;
    const isMarked = number === line;
    const code = make("code", { class: "frame-code" });
    if (isMarked && column > 0) {
      const start = column - 1;
      const end = start + Math.max(length, 1);
      code.append(text.slice(0, start), make("mark", {}, text.slice(start, end) || " "), text.slice(end));
    } else {
      code.textContent = text;
    }
    drawn.append(
      make("div", { class: isMarked ? "frame-line marked" : "frame-line" }, make("span", { class: "frame-number" }, `${number}`), code),
    );
  });
  return drawn;
}

