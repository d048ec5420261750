/* The panel with the facts about a page: its source, size, times and warnings. */
import { counted, editorLink, icon, make } from "./dom.js";

/** @param {HTMLElement} panel @param {Record<string, any>} facts the answer of /_replisite/page */
export function drawFacts(panel, facts) {
  const rows = [
    ["Source", editorLink(facts.editor, facts.source)],
    ["Template", facts.template],
    ["Size", `${counted(facts.bytes)} bytes, ${counted(facts.compressed)} compressed`],
    ["Personal", facts.slots === 1 ? "1 slot" : `${counted(facts.slots)} slots`],
    ["Staged", `in ${facts.stage_ms.toLocaleString()} ms, once for all owners`],
    ["Pressed", `in ${facts.press_ms.toLocaleString()} ms for this owner`],
    ["Owner", facts.owner.is_company ? "the company" : `${facts.owner.name}, ${facts.owner.status}`],
  ];
  if (facts.is_protected) rows.push(["Protected", "for members"]);
  const widening = facts.widened ? [`Rendered whole for each owner: ${facts.widened}`] : [];
  panel.replaceChildren(
    make("h2", { class: "panel-title" }, "This page"),
    make("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value || "none")])),
    ...[...widening, ...facts.warnings].map((text) => make("p", { class: "warning" }, icon("warning"), make("span", {}, text))),
  );
}
