/** Pairs the marks of emphasis in one text: `*em*`, `**strong**`, `***both***`, `~~del~~`. The same stack as the
 *  server's, so that arithmetic and code typed without backticks come out alike. */

const MOST_OPEN = 12;
const NO_OPENER_AFTER = /[A-Za-z0-9_/\\]/;
const NO_CLOSER_BEFORE = /[A-Za-z0-9_/]/;
const FILE_ENDING = /^\.[\p{L}\p{N}\p{M}_]/u;
const EMBRACING = new Set(["()", "[]", "{}", "<>", "“”", "‘’", "«»"]);
const WORD = /[\p{L}\p{N}]/u;

/** What a run of marks between `before` and `rest` (the text that follows it) may be: {can_open, can_close}. */
export function markOf(run, before, rest) {
  if (run.length > 3 || (run[0] === "~" && run.length !== 2)) return { can_open: false, can_close: false };
  const after = rest === "" ? " " : String.fromCodePoint(rest.codePointAt(0));
  const embraced = EMBRACING.has(before + after) || (before === after && !WORD.test(before));
  const can_open = !embraced && !NO_OPENER_AFTER.test(before) && !/\s/.test(after);
  const can_close =
    !embraced && !/\s/.test(before) && !NO_CLOSER_BEFORE.test(after) && !FILE_ENDING.test(rest);
  return { can_open, can_close };
}

/** The tokens of a text with their marks turned into elements or text. */
export function settle(tokens) {
  if (!tokens.some((token) => token.type === "mark")) return tokens;
  const done = [];
  const open = [];
  const content = () => (open.length > 0 ? open.at(-1).content : done);

  function giveUp(first) {
    const lost = open.splice(first);
    const into = content();
    for (const opener of lost) into.push(literal(opener.star.repeat(opener.left)), ...opener.content);
  }

  function close(at, count) {
    giveUp(at + 1);
    const opener = open[at];
    const used = Math.min(opener.left, count);
    const element = { type: "emphasis", raw: "", tags: tagsOf(opener.star, used), tokens: opener.content };
    opener.left -= used;
    if (opener.left > 0) {
      opener.content = [element];
    } else {
      open.pop();
      content().push(element);
    }
    return used;
  }

  function openerOf(star, count) {
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const opener = open[at];
      const fits = opener.left === count || (star === "*" && (opener.left === 3 || count === 3));
      if (opener.content.length > 0 && opener.star === star && fits) return at;
    }
    return -1;
  }

  for (const token of tokens) {
    if (token.type !== "mark") {
      if (token.type === "linebreak") giveUp(0);
      content().push(token);
      continue;
    }
    const star = token.raw[0];
    let left = token.raw.length;
    let at;
    while (left > 0 && token.can_close && (at = openerOf(star, left)) !== -1) left -= close(at, left);
    if (left === 0) continue;
    if (token.can_open && open.length < MOST_OPEN && left === token.raw.length)
      open.push({ star, left, content: [] });
    else content().push(literal(star.repeat(left)));
  }
  giveUp(0);
  return done;
}

function literal(raw) {
  return { type: "text", raw, text: raw };
}

function tagsOf(star, used) {
  if (star === "~") return ["del"];
  return [["em"], ["strong"], ["strong", "em"]][used - 1];
}
