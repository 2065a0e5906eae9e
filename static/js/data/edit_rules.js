/** Who may change what is there, and for how long, as the server will see it: it decides what the client offers. */

const RULES = {
  allow_message_editing: true,
  allow_edit_history: true,
  message_content_edit_limit_seconds: 600,
  message_content_delete_limit_seconds: 600,
  move_messages_within_stream_limit_seconds: 604_800,
  move_messages_between_streams_limit_seconds: 604_800,
  edit_topic_policy: 5,
  move_messages_between_streams_policy: 1,
  delete_own_message_policy: 1,
  enable_read_receipts: true,
};
const [MODERATOR, ADMINISTRATOR, GUEST] = [300, 200, 600];
const RESOLVED = "✔ ";

/** The organisation's rules out of the state of a registration. */
export function rulesOf(state) {
  const rules = { ...RULES };
  for (const name of Object.keys(RULES)) if (`realm_${name}` in state) rules[name] = state[`realm_${name}`];
  return rules;
}

/** Whether a policy of the wire lets somebody of this role do a thing. */
export function allows(policy, role) {
  const answers = { 1: role < GUEST, 2: role <= ADMINISTRATOR, 3: role < GUEST, 4: role <= MODERATOR, 5: true };
  return answers[policy] ?? false;
}

/** The moment (in seconds) until which I may change what `message` says: Infinity, or undefined where I may not. */
export function editableUntil(model, message) {
  const { rules } = model.realm;
  if (message.status !== "sent" || message.provisional || message.sender_id !== model.people.my_id) return undefined;
  if (!rules.allow_message_editing) return undefined;
  return within(model, message, rules.message_content_edit_limit_seconds);
}

export function mayMove(model, message) {
  const { rules } = model.realm;
  const role = roleOf(model);
  if (message.channel_id === undefined || message.status !== "sent" || message.provisional) return false;
  if (!allows(rules.edit_topic_policy, role) && !mayCross(model)) return false;
  return role <= MODERATOR || within(model, message, rules.move_messages_within_stream_limit_seconds) !== undefined;
}

/** Whether I may move messages to another channel. */
export function mayCross(model) {
  return allows(model.realm.rules.move_messages_between_streams_policy, roleOf(model));
}

export function mayRename(model) {
  return allows(model.realm.rules.edit_topic_policy, roleOf(model));
}

export function mayDelete(model, message) {
  const { rules } = model.realm;
  const role = roleOf(model);
  if (message.status !== "sent" || message.provisional) return false;
  if (role <= ADMINISTRATOR) return true;
  if (message.sender_id !== model.people.my_id || !allows(rules.delete_own_message_policy, role)) return false;
  return within(model, message, rules.message_content_delete_limit_seconds) !== undefined;
}

export function isResolved(topic) {
  return topic.startsWith(RESOLVED);
}

/** The name of a topic with its mark taken off, or put on. */
export function toggledTopic(topic) {
  return isResolved(topic) ? topic.slice(RESOLVED.length) : RESOLVED + topic;
}

/** Whether a new name of a topic only marks it as resolved, or takes that back. */
export function onlyResolves(before, after) {
  return toggledTopic(before) === after;
}

function roleOf(model) {
  return model.people.me?.role ?? GUEST;
}

function within(model, message, limit) {
  if (limit === null || limit === undefined) return Infinity;
  const until = message.timestamp + limit;
  return model.clock.now() / 1000 < until ? until : undefined;
}
