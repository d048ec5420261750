/* Panels that a button opens above the bar: one at a time, closed by Escape, by its button, or by a click elsewhere. */

export class Panels {
  /** @type {{button: HTMLElement, panel: HTMLElement} | null} */
  #open = null;

  /** @param {HTMLElement} surface */
  constructor(surface) {
    this.surface = surface;
    surface.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.#open) return;
      event.preventDefault();
      this.#open.button.focus();
      this.close();
    });
    document.addEventListener("pointerdown", (event) => {
      const { button, panel } = this.#open ?? {};
      const path = event.composedPath();
      if (panel && !path.includes(panel) && !path.includes(button)) this.close();
    });
  }

  /**
   * Let a button open and close a panel.
   * @param {HTMLElement} button
   * @param {HTMLElement} panel
   * @param {() => void} [onOpen]
   */
  add(button, panel, onOpen) {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const isOpening = this.#open?.button !== button;
      this.close();
      if (!isOpening) return;
      onOpen?.();
      panel.hidden = false;
      placeAbove(panel, button);
      button.setAttribute("aria-expanded", "true");
      this.#open = { button, panel };
    });
    this.surface.append(panel);
  }

  close() {
    if (!this.#open) return;
    this.#open.panel.hidden = true;
    this.#open.button.setAttribute("aria-expanded", "false");
    this.#open = null;
  }
}

/** Put a panel at its button, and within the window. */
export function placeAbove(panel, button) {
  const room = document.documentElement.clientWidth - panel.offsetWidth - 8;
  panel.style.left = `${Math.max(8, Math.min(button.getBoundingClientRect().left, room))}px`;
}
