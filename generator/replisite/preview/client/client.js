/*
 * The entry: the one script that the preview adds to a page.
 *
 * It is a classic script, deferred, and the first element of <head>: so it runs when the page has been parsed and before the
 * page's own deferred scripts and modules. It copies the page into an inert document (nothing is loaded or run there), and
 * stores which copy belongs to which live node. Inline scripts may have changed the page before; main.js therefore reads the
 * source as soon as the browser is idle.
 */
(() => {
  "use strict";

  const tag = document.currentScript;
  const source = document.implementation.createHTMLDocument("").importNode(document.documentElement, true);

  /** @type {[Node, Node][]} */
  const pairs = [];
  const pair = (copy, live) => {
    pairs.push([copy, live]);
    const isTemplate = copy.localName === "template" && copy.content;
    let [inner, outer] = isTemplate ? [copy.content.firstChild, live.content.firstChild] : [copy.firstChild, live.firstChild];
    for (; inner && outer; inner = inner.nextSibling, outer = outer.nextSibling) pair(inner, outer);
  };
  pair(source, document.documentElement);

  import("./main.js").then(({ start }) => start({ source, pairs, digest: tag.dataset.digest ?? "" }));
})();
