/* Small elements, made in one line. Text is only ever text: nothing here reads markup. */

/**
 * Make an element.
 * @param {string} name
 * @param {Record<string, string | boolean | ((event: any) => void)>} [attributes] a function listens to the event of that name
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const SHAPES = {
  sun: "M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z",
  auto: "M8 2a6 6 0 1 0 0 12a6 6 0 0 0 0-12M8 2v12M8 5h4.5M8 8h6M8 11h4.5",
  code: "M2.5 2.5h4v4h-4ZM9.5 2.5h4v4h-4ZM2.5 9.5h4v4h-4ZM9.5 9.5h1.5v1.5M13.5 9.5v4h-4M4.5 4.5h.01M11.5 4.5h.01M4.5 11.5h.01",
  up: "M3 13.5h10M8 11V3M4.5 6.5L8 3l3.5 3.5",
  down: "M3 2.5h10M8 5v8M4.5 9.5L8 13l3.5-3.5",
  away: "M4 6l4 4l4-4",
  close: "M4 4l8 8M12 4l-8 8",
  edit: "M3 13l.6-2.8L10.8 3l2.2 2.2L5.8 12.4ZM9.4 4.4l2.2 2.2",
  person: "M8 2.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4M2.8 13.5c.6-2.8 2.7-4 5.2-4s4.6 1.2 5.2 4",
  warning: "M8 2.5L14 13.2H2ZM8 6.5v3M8 11.4v.01",
};

/** A line drawing of 16 by 16, which says nothing to a screen reader. @param {keyof typeof SHAPES} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" })) {
    drawing.setAttribute(key, value);
  }
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

/** A link to the editor, or plain text where none is set up. */
export function editorLink(address, text) {
  return address ? make("a", { href: address, class: "link" }, text) : make("span", {}, text);
}

/** `9982` as `9,982`, in the browser's language. */
export const counted = (number) => number.toLocaleString();

/** `9650` as `9.7 kB`. @param {number} bytes */
export function sized(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })} kB`;
}
