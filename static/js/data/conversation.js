/** What a conversation is: one topic of a channel, or one set of people writing to each other directly.
 *
 *  A conversation has a key, a string equal for equal conversations whatever the case of the topic:
 *  "c:7:lunch" for a topic, "d:3,9" for direct messages with the people 3 and 9 (me left out, unless I write to
 *  myself). Owns no state and knows nothing of messages. */

export function topicKey(channel_id, topic) {
  return `c:${channel_id}:${topic.toLowerCase()}`;
}

export function directKey(user_ids) {
  return `d:${user_ids.join(",")}`;
}

/** The other people of a direct conversation, sorted; just me when I write to myself. */
export function others(user_ids, my_id) {
  const rest = [...new Set(user_ids)].filter((id) => id !== my_id).sort((a, b) => a - b);
  return rest.length === 0 ? [my_id] : rest;
}

export function keyOf(conversation) {
  return conversation.type === "channel"
    ? topicKey(conversation.channel_id, conversation.topic)
    : directKey(conversation.user_ids);
}

export function channelConversation(channel_id, topic) {
  return { type: "channel", channel_id, topic, key: topicKey(channel_id, topic) };
}

export function directConversation(user_ids, my_id) {
  const rest = others(user_ids, my_id);
  return { type: "direct", user_ids: rest, key: directKey(rest) };
}
