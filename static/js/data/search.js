/** What a search says: words, and terms such as `channel:design`, `from:grace`, `is:starred`, `-has:link`.
 *
 *  A term takes one word, or several in quotation marks. What is no term is looked for in the text. */

const OPERATORS = {
  channel: "channel",
  in: "channel",
  stream: "channel",
  topic: "topic",
  from: "sender",
  sender: "sender",
  with: "dm-including",
  dm: "dm",
  is: "is",
  has: "has",
};
const OPERANDS = {
  is: ["dm", "starred", "unread", "mentioned", "alerted", "resolved", "followed"],
  has: ["link", "image", "attachment", "reaction"],
};
const PART = /(-?)([a-z]+):("[^"]*"|\S+)|"[^"]*"|\S+/gi;
export const LONGEST = 500;

/** The terms of a search as the server takes them; `model` knows who and what is meant by a name. */
export function searchTerms(query, model) {
  const terms = [];
  const words = [];
  for (const [part, minus, name, quoted] of query.slice(0, LONGEST).matchAll(PART)) {
    const term = name && termOf(name.toLowerCase(), quoted.replace(/^"|"$/g, ""), model);
    if (term) terms.push({ ...term, negated: minus === "-" });
    else words.push(part);
  }
  if (words.length > 0) terms.push({ operator: "search", operand: words.join(" ") });
  return terms;
}

function termOf(name, operand, model) {
  const operator = OPERATORS[name];
  if (!operator || operand === "") return undefined;
  if (operator in OPERANDS) {
    const found = operand.toLowerCase();
    return OPERANDS[operator].includes(found) ? { operator, operand: found } : undefined;
  }
  if (operator === "topic") return { operator, operand };
  if (operator === "channel") {
    const channel = model.channels.byName(operand);
    return channel && { operator, operand: channel.stream_id };
  }
  const id = personId(operand, model);
  return id === undefined ? undefined : { operator, operand: operator === "dm" ? [id] : id };
}

// "me", or the one person whose name, first name or address this is.
function personId(operand, model) {
  const { people } = model;
  const typed = operand.toLowerCase();
  if (typed === "me") return people.my_id;
  const all = people.active();
  const exact = all.filter(
    (person) => person.full_name.toLowerCase() === typed || person.email.toLowerCase() === typed,
  );
  const found = exact.length > 0 ? exact : all.filter((person) => person.full_name.toLowerCase().startsWith(typed));
  return found.length === 1 ? found[0].user_id : undefined;
}

/** A name as one operand. */
export function operandOf(name) {
  return /[\s"]/.test(name) ? `"${name.replaceAll('"', "")}"` : name;
}

/** The search that is offered for the view on the screen: within its channel, topic or people. */
export function searchWithin(narrow, model) {
  if (narrow.kind === "channel" || narrow.kind === "topic") {
    const channel = `channel:${operandOf(model.channels.name(narrow.channel_id))} `;
    return narrow.kind === "topic" ? `${channel}topic:${operandOf(narrow.topic)} ` : channel;
  }
  if (narrow.kind === "dm" && narrow.user_ids.length === 1)
    return `dm:${operandOf(model.people.name(narrow.user_ids[0]))} `;
  return narrow.kind === "search" ? `${narrow.query} ` : "";
}
