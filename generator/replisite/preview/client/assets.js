/*
 * Changed files: stylesheets, images and fonts are exchanged in the page; scripts need a reload.
 *
 * A file is requested again with `?replisite=<n>`, and the old version stays until the new one has loaded.
 */
import { reload } from "./page.js";

const STAMP = "replisite";

/** Elements that name a file, and the attributes that do it. */
const NAMING = [
  ["img, source, video, audio, track, embed, input[type=image]", "src"],
  ["img, source", "srcset"],
  ["video", "poster"],
  ["object", "data"],
  ["image, use, link[rel~=icon], link[rel=apple-touch-icon], link[rel=preload]", "href"],
  ["link[rel=preload]", "imagesrcset"],
];

const STYLESHEETS = "link[rel~=stylesheet][href]:not([disabled])";

export class Assets {
  #count = 0;
  /** @type {Map<string, number>} images by pathname, with the number of their last request */
  #stamps = new Map();
  /** @type {Map<Element, () => void>} links whose successor is still loading, and how to give that up */
  #waiting = new Map();
  /** @type {WeakSet<Element>} successors that are not in force yet */
  #successors = new WeakSet();

  /**
   * @param {import("./mirror.js").Mirror} mirror
   * @param {() => void} onStyled called when another stylesheet has come into force
   */
  constructor(mirror, onStyled) {
    this.mirror = mirror;
    this.onStyled = onStyled;
  }

  /** Show the new bytes of these files. @param {string[]} paths pathnames */
  async exchange(paths) {
    const links = [...document.querySelectorAll(STYLESHEETS)].filter((link) => isOurs(link.href) && !this.#successors.has(link));
    const stale = new Set();
    const hidden = []; // named by a stylesheet, not by the page
    for (const path of paths.map((each) => pathOf(each, location.origin))) {
      const named = links.filter((link) => pathOf(link.href) === path);
      if (/\.m?js$/i.test(path)) {
        if (runsPrograms()) return reload();
      } else if (/\.css$/i.test(path)) {
        (named.length ? named : links).forEach((link) => stale.add(link));
        if (!named.length) hidden.push(path);
      } else if (/\.(woff2?|ttf|otf|eot)$/i.test(path)) {
        links.forEach((link) => stale.add(link));
        hidden.push(path);
      } else if (!this.#exchangeFile(path) && /\.(a?png|jpe?g|gif|webp|avif|svg|ico|bmp)$/i.test(path)) {
        this.#stamps.set(path, ++this.#count);
        links.forEach((link) => stale.add(link));
        hidden.push(path);
      }
    }
    if (hidden.length) await Promise.allSettled(hidden.map((path) => fetch(path, { cache: "reload" })));
    await Promise.all([...stale].map((link) => this.exchangeStylesheet(link, link.getAttribute("href"))));
    this.restamp();
    dispatchEvent(new CustomEvent("replisite:exchanged", { detail: { paths } }));
  }

  /**
   * Put a stylesheet's newest bytes in force; the old ones stay so until they are here.
   * @param {HTMLLinkElement} link
   * @param {string} href where it is from now on
   * @returns {Promise<void>}
   */
  exchangeStylesheet = (link, href) => {
    this.#waiting.get(link)?.();
    const successor = link.cloneNode();
    successor.setAttribute("href", isOurs(new URL(href, document.baseURI).href) ? stamped(href, ++this.#count) : href);
    this.#successors.add(successor);
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting.delete(link);
        successor.remove();
        resolve();
      };
      const succeed = () => {
        if (!link.isConnected) return giveUp(); // taken out by the author meanwhile
        this.#waiting.delete(link);
        this.#successors.delete(successor);
        this.mirror.exchange(link, successor);
        link.remove();
        this.onStyled();
        resolve();
      };
      this.#waiting.set(link, giveUp);
      successor.addEventListener("load", succeed, { once: true });
      successor.addEventListener("error", succeed, { once: true });
      link.after(successor);
    });
  };

  /** New elements and stylesheets name files by their plain names: the browser could show its old copies. */
  restamp() {
    if (!this.#stamps.size) return;
    for (const [path, number] of this.#stamps) stampInPage(path, number);
    for (const sheet of document.styleSheets) stampInSheet(sheet, this.#stamps);
  }

  #exchangeFile(path) {
    const named = namedInPage(path);
    if (!named.length) return reloadFrames(path);
    const number = ++this.#count;
    this.#stamps.set(path, number);
    const wanted = named.flatMap(([element, attribute]) => addresses(element.getAttribute(attribute), attribute));
    const loading = new Set(wanted.filter((each) => pathOf(each) === path).map((each) => stamped(each, number)));
    const show = () => stampInPage(path, number);
    Promise.allSettled([...loading].map(preload)).then(show);
    return true;
  }
}

/** Have an image in the browser's hands before the page asks for it: there is no empty moment then. */
function preload(address) {
  const image = new Image();
  image.src = address;
  return image.decode();
}

function namedInPage(path) {
  return NAMING.flatMap(([selector, attribute]) =>
    [...document.querySelectorAll(selector)]
      .filter((element) => addresses(element.getAttribute(attribute) ?? "", attribute).some((each) => pathOf(each) === path))
      .map((element) => [element, attribute]),
  );
}

function stampInPage(path, number) {
  for (const [element, attribute] of namedInPage(path)) {
    const value = element.getAttribute(attribute);
    const renewed = addresses(value, attribute)
      .filter((each) => pathOf(each) === path)
      .reduce((text, each) => text.replace(each, () => stamped(each, number)), value);
    if (renewed !== value) element.setAttribute(attribute, renewed);
  }
}

/** Backgrounds and the like: written into the rules, as browsers keep images of a page without asking again. */
function stampInSheet(sheet, stamps) {
  let base;
  const renew = (rules) => {
    for (const rule of rules ?? []) {
      for (const property of rule.style ?? []) {
        const value = rule.style.getPropertyValue(property);
        if (!value.includes("url(")) continue;
        const renewed = value.replace(/url\("([^"]*)"\)/g, (all, address) => {
          const number = stamps.get(pathOf(address, base));
          return number ? `url("${stamped(new URL(address, base).href, number)}")` : all;
        });
        if (renewed !== value) rule.style.setProperty(property, renewed, rule.style.getPropertyPriority(property));
      }
      if (rule.cssRules) renew(rule.cssRules);
      if (rule.styleSheet) stampInSheet(rule.styleSheet, stamps);
    }
  };
  try {
    base = sheet.href ?? document.baseURI;
    renew(sheet.cssRules);
  } catch {
    // a stylesheet of another origin is closed to us
  }
}

function reloadFrames(path) {
  const frames = [...document.querySelectorAll("iframe[src]")].filter((frame) => pathOf(frame.src) === path);
  for (const frame of frames) frame.contentWindow.location.reload();
  return frames.length > 0;
}

function runsPrograms() {
  return [...document.scripts].some((script) => script.src && isOurs(script.src) && !pathOf(script.src).startsWith("/_replisite/"));
}

/** @returns {string[]} the addresses in an attribute; a srcset holds several */
function addresses(value, attribute) {
  if (!attribute.endsWith("srcset")) return value ? [value] : [];
  return [...value.matchAll(/(?:^|,\s)\s*([^\s,]\S*?)(?=,?(?:\s|$))/g)].map((match) => match[1]);
}

function stamped(address, number) {
  const [plain, fragment] = address.split("#", 2);
  const [path, query = ""] = plain.split("?", 2);
  const kept = query.split("&").filter((part) => part && !part.startsWith(`${STAMP}=`));
  return `${path}?${[...kept, `${STAMP}=${number}`].join("&")}${fragment === undefined ? "" : `#${fragment}`}`;
}

function isOurs(address) {
  return URL.canParse(address) && new URL(address).origin === location.origin;
}

/** The path as browsers write it, or "" for another origin. */
function pathOf(address, base = document.baseURI) {
  if (!URL.canParse(address, base)) return "";
  const { origin, pathname } = new URL(address, base);
  return origin === location.origin ? pathname : "";
}
