/** The one gate for HTML made by the server. Everything else in the client is text.
 *
 *  The server's HTML is safe by construction and cleaned there; this gate still refuses what can run, and then fits
 *  it to this reader: emoji are drawn, my mentions tinted, links to elsewhere open apart, times are local. */

import { noChange } from "lit";
import { Directive, directive } from "lit/directive.js";
import { unicodeOf } from "../data/emoji.js";
import { t } from "../lib/i18n.js";
import { fullTime } from "../lib/times.js";
import { fitPreviews, withoutCardStyles } from "./link_previews.js";

const FORBIDDEN =
  "script, style, iframe, object, embed, form, input, textarea, select, link, meta, base, template, frame";
const LINKS = /^(https?:|mailto:|tel:|ftps?:|sips?:|xmpp:|matrix:|ircs?:|#|\/(?!\/))/i;
const ADDRESSES = ["href", "src", "xlink:href", "action", "formaction", "poster"];
const ALL = "*";

class ServerHtml extends Directive {
  #html;
  #reader;
  #hidden;

  render(source, reader, hidden) {
    if (source === this.#html && reader === this.#reader && hidden === this.#hidden) return noChange;
    this.#html = source;
    this.#reader = reader;
    this.#hidden = hidden;
    const template = document.createElement("template");
    template.innerHTML = withoutCardStyles(source);
    refuse(template.content);
    fitPreviews(template.content, hidden);
    fit(template.content, reader);
    return template.content;
  }
}

/** Renders `source`, HTML from the server or an echo of it, for the person `reader_id`, without the previews of the
 *  addresses in `hidden`. */
export const serverHtml = directive(ServerHtml);

/** The text of HTML from the server, read without loading or running anything of it. */
export function textOf(source) {
  const { body } = new DOMParser().parseFromString(source, "text/html");
  for (const hidden of body.querySelectorAll(".spoiler-content, .message_embed, math > semantics > :first-child"))
    hidden.remove();
  for (const span of body.querySelectorAll("span.emoji")) drawEmoji(span);
  return body.textContent;
}

function refuse(root) {
  for (const element of root.querySelectorAll(FORBIDDEN)) element.remove();
  for (const element of root.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      const runs = name.toLowerCase().startsWith("on") || name.toLowerCase() === "srcdoc";
      if (runs || (ADDRESSES.includes(name.toLowerCase()) && !LINKS.test(value.trim())))
        element.removeAttribute(name);
    }
  }
}

function fit(root, reader_id) {
  for (const span of root.querySelectorAll("span.emoji")) drawEmoji(span);
  for (const link of root.querySelectorAll("a[href]")) fitLink(link);
  for (const mention of root.querySelectorAll(".user-mention")) fitMention(mention, reader_id);
  for (const time of root.querySelectorAll("time[datetime]")) fitTime(time);
  for (const image of root.querySelectorAll("img")) fitImage(image);
  for (const block of root.querySelectorAll("div.codehilite")) fitCode(block);
  for (const block of root.querySelectorAll("div.spoiler-block")) fitSpoiler(block);
  for (const table of root.querySelectorAll("table")) wrap(table, "table-frame");
}

function drawEmoji(span) {
  const code = [...span.classList].find((name) => name.startsWith("emoji-"))?.slice("emoji-".length);
  const drawn = unicodeOf(code ?? "");
  if (drawn) span.textContent = drawn;
}

function fitLink(link) {
  const address = link.getAttribute("href");
  const inside =
    address.startsWith("#") || address.startsWith("/#") || address.startsWith(`${location.origin}/#`);
  if (inside) {
    link.setAttribute("href", address.slice(address.indexOf("#")));
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

function fitMention(mention, reader_id) {
  const id = mention.getAttribute("data-user-id");
  if (!mention.classList.contains("silent") && (id === String(reader_id) || id === ALL))
    mention.classList.add("mention-me");
  if (id && id !== ALL) {
    mention.tabIndex = 0;
    mention.setAttribute("role", "button");
  }
}

function fitTime(time) {
  const moment = Date.parse(time.getAttribute("datetime"));
  if (Number.isNaN(moment)) return;
  time.title = time.textContent;
  time.textContent = fullTime(moment / 1000);
}

function fitImage(image) {
  image.loading = "lazy";
  image.decoding = "async";
  const size = /^(\d{1,5})x(\d{1,5})$/.exec(image.getAttribute("data-original-dimensions") ?? "");
  if (!size) return;
  image.width = Number(size[1]);
  image.height = Number(size[2]);
}

function fitCode(block) {
  const language = block.getAttribute("data-code-language");
  const bar = document.createElement("div");
  bar.className = "code-bar";
  const label = document.createElement("span");
  label.textContent = language ?? "";
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "code-copy";
  copy.textContent = t("Copy");
  bar.append(label, copy);
  block.prepend(bar);
}

function fitSpoiler(block) {
  const header = block.querySelector(":scope > .spoiler-header");
  const content = block.querySelector(":scope > .spoiler-content");
  if (!header || !content) return;
  const details = document.createElement("details");
  details.className = "spoiler-block";
  const summary = document.createElement("summary");
  summary.className = "spoiler-header";
  summary.append(...header.childNodes);
  if (!summary.textContent.trim()) summary.textContent = t("Spoiler");
  content.removeAttribute("aria-hidden");
  details.append(summary, content);
  block.replaceWith(details);
}

function wrap(element, className) {
  const frame = document.createElement("div");
  frame.className = className;
  element.replaceWith(frame);
  frame.append(element);
}
