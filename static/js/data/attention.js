/** What asks for attention: whether a message is shown on the desktop or heard, and what is counted in the tab. Pure
 *  rules over what the person set; the same as the server's for e-mail and push. */

const FOLLOWED = 3;
const UNMUTED = 2;
const MUTED = 1;
const MEANS = {
  desktop: { own: "enable_desktop_notifications", channel: "desktop_notifications" },
  audible: { own: "enable_sounds", channel: "audible_notifications" },
};

/** Whether the person wants to hear of a message by `means` ("desktop", "audible"); `flags` are theirs. */
export function wants(model, message, flags, means) {
  const { settings, channels, realm } = model;
  const names = MEANS[means];
  const own = Boolean(settings.get(names.own));
  if (flags.includes("read") || message.sender_id === model.people.my_id) return false;
  const { conversation } = message;
  if (conversation.type !== "channel") return own;
  const policy = realm.topicPolicy(conversation.key);
  if (policy === MUTED) return false;
  if (own && flags.includes("mentioned")) return true;
  const channel = channels.get(conversation.channel_id);
  if (channel?.is_muted && policy !== FOLLOWED && policy !== UNMUTED) return false;
  const followed = policy === FOLLOWED;
  if (own && (wildcard(settings, channel, flags, followed) || flags.includes("has_alert_word"))) return true;
  if (followed && settings.get(`enable_followed_topic_${means}_notifications`)) return true;
  return Boolean(channel?.[names.channel] ?? (channel && settings.get(`enable_stream_${means}_notifications`)));
}

function wildcard(settings, channel, flags, followed) {
  if (!flags.includes("stream_wildcard_mentioned") && !flags.includes("topic_wildcard_mentioned")) return false;
  if (followed && settings.get("enable_followed_topic_wildcard_mentions_notify")) return true;
  return Boolean(channel?.wildcard_mentions_notify ?? settings.get("wildcard_mentions_notify"));
}

/** How many unread messages the tab counts, as the person set it. */
export function tabCount(model) {
  const { unread, settings, realm } = model;
  const counted = settings.get("desktop_icon_count_display") ?? 1;
  if (counted === 4) return 0;
  if (counted === 1) return unread.total((conversation) => model.counts(conversation));
  const followed = (conversation) => counted === 2 && realm.topicPolicy(conversation.key) === FOLLOWED;
  let count = 0;
  for (const { conversation, count: all } of unread.conversations()) {
    if (conversation.type === "direct" || followed(conversation)) count += all;
    else count += unread.mentionsIn(conversation.key);
  }
  return count;
}
