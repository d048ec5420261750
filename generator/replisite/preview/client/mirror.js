/*
 * The mirror: the page's source as an inert tree, beside the live page that was made from it.
 *
 * To find what the author changed, a new source is compared with this tree, not with the live page, which the page's own
 * scripts and its user have changed. Each node of the tree knows its live twin.
 *
 * Limits: a declarative shadow root is part of neither tree, and <noscript> is compared as text.
 */
import { align, expect } from "./align.js";

/** The preview's own script tag, in any document. */
export const OWN_TAG = "script[data-digest][src$='/_replisite/client.js']";

/** @param {Node} node @returns {Node} what holds the node's children: a template keeps them aside */
export function inside(node) {
  return node.localName === "template" && node.content ? node.content : node;
}

/**
 * Read a page's source.
 * @param {string} html
 * @returns {{tree: Element, digest: string | null}}
 */
export function parse(html) {
  const tree = new DOMParser().parseFromString(html, "text/html").documentElement;
  const digest = tree.querySelector(OWN_TAG)?.dataset.digest ?? null;
  return { tree: prepared(tree), digest };
}

/** Without our own tag, and with <noscript> as the live page has it, where scripts run: as text. */
function prepared(tree) {
  for (const tag of tree.querySelectorAll(OWN_TAG)) tag.remove();
  for (const element of tree.querySelectorAll("noscript")) {
    if (element.firstElementChild) element.textContent = element.innerHTML;
  }
  expect(tree);
  return tree;
}

export class Mirror {
  #live = new WeakMap();
  #source = new WeakMap();

  /** @param {Element} tree @param {[Node, Node][]} pairs source nodes, each with its live twin */
  constructor(tree, pairs) {
    this.tree = prepared(tree);
    for (const [source, live] of pairs) this.link(source, live);
  }

  /** From now on these two are twins. */
  link(source, live) {
    this.#live.set(source, live);
    this.#source.set(live, source);
  }

  /** @returns {Node | undefined} the live twin of a source node */
  live(source) {
    return this.#live.get(source);
  }

  /** A live node was exchanged for another, which stands for the same source from now on. */
  exchange(live, successor) {
    const source = this.#source.get(live);
    if (source) this.link(source, successor);
  }

  /** @returns {boolean} whether the live node grew from the source, and not from a script */
  isGrown(live) {
    const source = this.#source.get(live);
    return source !== undefined && this.#live.get(source) === live;
  }

  /** Make a live node, and all in it, from a source node. */
  grow(source) {
    const live = document.importNode(source, true);
    const linkAll = (copy, twin) => {
      this.link(copy, twin);
      let [inner, outer] = [inside(copy).firstChild, inside(twin).firstChild];
      for (; inner && outer; inner = inner.nextSibling, outer = outer.nextSibling) linkAll(inner, outer);
    };
    linkAll(source, live);
    return live;
  }

  /** Take a better copy of the same source; nothing live is touched. */
  replaceTree(tree) {
    const transfer = (old, better) => {
      const live = this.#live.get(old);
      if (live) this.link(better, live);
      const children = [...inside(better).childNodes];
      align([...inside(old).childNodes], children).forEach((partner, place) => {
        if (partner) transfer(partner, children[place]);
      });
    };
    transfer(this.tree, tree);
    this.tree = tree;
  }
}
