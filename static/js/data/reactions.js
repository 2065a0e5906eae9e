/** Reactions of one message, gathered by emoji in the order in which each emoji first appeared. */

/** Equal for two reactions with the same emoji. */
export function reactionKey(reaction) {
  return `${reaction.reaction_type ?? "unicode_emoji"}:${reaction.emoji_code}`;
}

export function gatherReactions(wire) {
  const gathered = [];
  for (const reaction of wire) addReaction(gathered, reaction);
  return gathered;
}

/** Adds one person's reaction; false when it was there. */
export function addReaction(gathered, reaction) {
  const key = reactionKey(reaction);
  const user_id = reaction.user_id ?? reaction.user?.id ?? reaction.user?.user_id;
  const found = gathered.find((entry) => entry.key === key);
  if (!found) {
    gathered.push({
      key,
      emoji_name: reaction.emoji_name,
      emoji_code: reaction.emoji_code,
      reaction_type: reaction.reaction_type ?? "unicode_emoji",
      user_ids: [user_id],
    });
    return true;
  }
  if (found.user_ids.includes(user_id)) return false;
  found.user_ids = [...found.user_ids, user_id];
  return true;
}

/** Takes one person's reaction away; false when it was not there. */
export function removeReaction(gathered, reaction) {
  const key = reactionKey(reaction);
  const user_id = reaction.user_id ?? reaction.user?.user_id;
  const index = gathered.findIndex((entry) => entry.key === key);
  const found = gathered[index];
  if (!found?.user_ids.includes(user_id)) return false;
  found.user_ids = found.user_ids.filter((id) => id !== user_id);
  if (found.user_ids.length === 0) gathered.splice(index, 1);
  return true;
}
