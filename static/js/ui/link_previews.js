/** Previews of links within a message's HTML, fitted to this page: cards with a picture at their end and a button that
 *  puts them away, pictures in boxes that are as large before they are loaded as after. */

import { t } from "../lib/i18n.js";

const IMAGE = /^background-image: url\("(\/external_content\/[0-9a-f]+\/[0-9a-f]+)"\)$/;
const SIDE = 80;

/** The page's policy refuses styles as they are parsed: a card's picture is read from an attribute of ours. */
export function withoutCardStyles(source) {
  return source.replace(/(<a class="message_embed_image" [^>]*?)style=/g, "$1data-image=");
}

/** Fits the previews below `root`; those of the addresses in `hidden` are taken out. */
export function fitPreviews(root, hidden = []) {
  for (const card of root.querySelectorAll("div.message_embed")) {
    const address = card.querySelector(".message_embed_title a")?.getAttribute("href");
    if (hidden.includes(address)) card.remove();
    else fitCard(card, address);
  }
  for (const block of root.querySelectorAll("div.message_inline_image")) fitPicture(block);
}

function fitCard(card, address) {
  const image = card.querySelector("a.message_embed_image");
  if (image) drawImage(image);
  for (const name of ["title", "description"])
    for (const text of card.querySelectorAll(`.message_embed_${name}`)) text.dir = "auto";
  const site = siteOf(address);
  if (site) card.querySelector(".data-container")?.prepend(line("message_embed_site", site));
  card.append(dismissal(address));
}

function drawImage(image) {
  const source = IMAGE.exec(image.getAttribute("data-image") ?? "")?.[1];
  if (!source) {
    image.remove();
    return;
  }
  const drawn = document.createElement("img");
  drawn.loading = "lazy";
  drawn.decoding = "async";
  drawn.alt = "";
  drawn.width = drawn.height = SIDE;
  drawn.src = source;
  image.tabIndex = -1; // the title is the same link
  image.replaceChildren(drawn);
}

function dismissal(address) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "preview-dismiss";
  button.dataset.address = address ?? "";
  button.title = t("Hide preview");
  button.setAttribute("aria-label", t("Hide preview"));
  button.textContent = "×";
  return button;
}

function siteOf(address) {
  try {
    return new URL(address).host.replace(/^www\./, "");
  } catch {
    return "";
  }
}

function line(className, text) {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}

function fitPicture(block) {
  const image = block.querySelector("img");
  if (image && !image.hasAttribute("data-original-dimensions")) block.classList.add("picture-unmeasured");
  image?.addEventListener("error", () => image.classList.add("picture-missing"));
  const link = block.querySelector("a");
  if (image && link && !link.textContent.trim()) {
    image.alt = ""; // the link says what it is
    link.setAttribute("aria-label", link.title || link.getAttribute("href"));
  }
  if (!block.classList.contains("youtube-video")) return;
  const mark = line("film-mark", "▶");
  mark.setAttribute("aria-hidden", "true");
  link?.append(mark);
}
