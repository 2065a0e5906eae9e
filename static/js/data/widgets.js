/** Adds up what people did with a poll, a todo list or a bot's choices: the first submessage says what it is, each of the
 *  others is one deed. Deeds that make no sense are passed over, so that one strange client spoils nothing. */

const MAX_OPTIONS = 200;
const KINDS = { poll, todo, zform: choices };

/** What a message's submessages come to, or undefined where they are no widget. */
export function widgetOf(submessages) {
  if (!submessages?.length) return undefined;
  const [first, ...deeds] = submessages;
  const begun = parsed(first.content);
  const make = KINDS[begun?.widget_type];
  return make?.(begun.extra_data ?? {}, deeds, first.sender_id);
}

/** Whether a text begins a widget: it is the server that makes one of it. */
export function beginsWidget(content) {
  return /^\/(?:poll|todo)(?:\s|$)/.test(content);
}

function poll(data, deeds, author_id) {
  const options = new Map();
  const add = (key, text) => {
    if (!options.has(key) && options.size < MAX_OPTIONS) options.set(key, { key, text, voters: [] });
  };
  (data.options ?? []).forEach((text, place) => add(`canned,${place}`, String(text)));
  let question = String(data.question ?? "");
  for (const { sender_id, content } of deeds) {
    const deed = parsed(content);
    if (deed?.type === "new_option") add(`${sender_id},${deed.idx}`, String(deed.option));
    else if (deed?.type === "question" && sender_id === author_id) question = String(deed.question);
    else if (deed?.type === "vote") vote(options.get(deed.key), sender_id, deed.vote === 1);
  }
  return { kind: "poll", question, options: [...options.values()], author_id };
}

function vote(option, user_id, on) {
  if (!option) return;
  option.voters = option.voters.filter((id) => id !== user_id);
  if (on) option.voters.push(user_id);
}

function todo(data, deeds, author_id) {
  const tasks = new Map();
  const add = (key, task, desc, done) => {
    if (!tasks.has(key) && tasks.size < MAX_OPTIONS) tasks.set(key, { key, task, desc, done });
  };
  (data.tasks ?? []).forEach(({ task, desc }, place) => add(`${place},canned`, String(task), String(desc ?? ""), false));
  let title = String(data.task_list_title ?? "");
  for (const { sender_id, content } of deeds) {
    const deed = parsed(content);
    if (deed?.type === "new_task") {
      add(`${deed.key},${sender_id}`, String(deed.task), String(deed.desc ?? ""), deed.completed === true);
    } else if (deed?.type === "strike" && tasks.has(deed.key)) {
      tasks.get(deed.key).done = !tasks.get(deed.key).done;
    } else if (deed?.type === "new_task_list_title" && sender_id === author_id) {
      title = String(deed.title);
    }
  }
  return { kind: "todo", title, tasks: [...tasks.values()], author_id };
}

function choices(data) {
  const given = Array.isArray(data.choices) ? data.choices : [];
  return { kind: "choices", heading: String(data.heading ?? ""), choices: given.slice(0, MAX_OPTIONS) };
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** The number under which somebody's next option or task goes. */
export function nextNumber(submessages, user_id) {
  const mine = submessages.filter((one) => one.sender_id === user_id).map((one) => parsed(one.content));
  const taken = mine.map((deed) => deed?.idx ?? deed?.key).filter(Number.isInteger);
  return Math.max(0, ...taken.map((number) => number + 1));
}
