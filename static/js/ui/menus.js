/** What each menu offers. */
import { html, nothing } from "lit";
import { editableUntil, isResolved, mayDelete, mayMove, mayRename } from "../data/edit_rules.js";
import { dmNarrow } from "../data/narrow.js";
import { settingsOfTheme } from "../data/settings.js";
import { t } from "../lib/i18n.js";
import { timeIn } from "../lib/times.js";
import { avatar } from "./avatar.js";
import { emojiView } from "./emoji_view.js";
import { face, presenceWords } from "./face.js";

const ROLES = { 100: t("Owner"), 200: t("Administrator"), 300: t("Moderator"), 400: t("Member"), 600: t("Guest") };
const THEMES = [
  ["system", "monitor", t("As the system")],
  ["light", "sun", t("Light")],
  ["dark", "moon", t("Dark")],
  ["contrast", "contrast", t("High contrast")],
];

export function menuItems(app, menu) {
  if (menu.kind === "org") return orgMenu(app);
  if (menu.kind === "person") return personMenu(app, menu.user_id);
  if (menu.kind === "narrow") return narrowMenu(app);
  if (menu.kind === "message") return messageMenu(app, menu.message);
  return [];
}

function orgMenu(app) {
  const { people } = app.model;
  return [
    {
      note: html`${avatar(people.me, "avatar-small")}<span class="menu-person"><strong dir="auto">${people.me?.full_name}</strong><span>${people.me?.delivery_email ?? people.me?.email}</span></span>`,
    },
    { separator: true },
    { icon: "smile", label: t("Set your status"), run: () => app.openStatusEditor() },
    {
      icon: app.model.settings.get("presence_enabled") === false ? "eye-off" : "eye",
      label: t("Show when you are here"),
      checked: app.model.settings.get("presence_enabled") !== false,
      box: true,
      stays: true,
      run: () => app.settings.change({ presence_enabled: app.model.settings.get("presence_enabled") === false }),
    },
    { separator: true },
    ...THEMES.map(([theme, icon, label]) => ({
      icon,
      label,
      checked: app.view.theme === theme,
      stays: true,
      run: () => app.settings.change(settingsOfTheme(theme)),
    })),
    { separator: true },
    { icon: "settings", label: t("Settings"), run: () => app.openSettings() },
    { icon: "check-check", label: t("Mark everything as read"), run: () => app.confirmMarkAllRead() },
    ...when(people.me?.role < 600, { icon: "bot", label: t("Bots"), run: () => app.openBots() }),
    { icon: "circle-help", label: t("Keyboard shortcuts"), run: () => app.openHelp() },
    { icon: "log-out", label: t("Sign out"), run: () => app.signOut() },
  ];
}

function personMenu(app, user_id) {
  const person = app.model.people.get(user_id);
  const self = user_id === app.model.people.my_id;
  return [
    { note: profile(app, person) },
    { separator: true },
    ...(self
      ? [{ icon: "smile", label: t("Set your status"), run: () => app.openStatusEditor() }]
      : []),
    {
      icon: "messages-square",
      label: self ? t("Write a note to yourself") : t("Write a direct message"),
      run: () => app.writeTo(user_id),
    },
    ...(self
      ? []
      : [{ icon: "at-sign", label: t("Mention in the message box"), run: () => app.mention(user_id) }]),
    { icon: "clock", label: t("See your conversation"), run: () => app.go(dmNarrow([user_id])) },
  ];
}

// Who it is, whether they are here, what they say of themselves, what time it is where they are.
function profile(app, person) {
  const status = app.model.statuses.of(person?.user_id);
  const what = [
    person?.is_bot ? t("Bot") : ROLES[person?.role],
    person?.is_active === false ? t("no longer here") : presenceWords(app, person),
  ];
  const time = timeIn(person?.timezone, app.model.clock.now());
  return html`<span class="profile"
    >${face(app, person, "avatar-large")}<span class="menu-person"
      ><strong dir="auto">${person?.full_name ?? t("Unknown person")}</strong
      ><span>${what.filter(Boolean).join(" · ")}</span
      ><span class="cut">${person?.delivery_email ?? person?.email}</span
      >${time ? html`<span>${t("{time} where they are", { time })}</span>` : nothing}</span
    >${
      status
        ? html`<span class="profile-status" dir="auto"
            >${status.emoji_name ? emojiView(app.model, status) : nothing}<span>${status.status_text ?? ""}</span></span>`
        : nothing
    }</span
  >`;
}

function narrowMenu(app) {
  const { narrow } = app.view;
  const channel = app.model.channels.get(narrow.channel_id);
  const items = [
    { icon: "check-check", label: t("Mark all here as read"), run: () => app.markHereRead() },
    {
      icon: "link",
      label: t("Copy link to this view"),
      run: () => app.copy(location.href, t("The link is copied.")),
    },
  ];
  if (narrow.kind === "topic" && mayRename(app.model)) {
    items.push({ separator: true });
    items.push({
      icon: isResolved(narrow.topic) ? "circle-dashed" : "circle-check",
      label: isResolved(narrow.topic) ? t("Mark as unresolved") : t("Mark as resolved"),
      run: () => app.toggleResolved(narrow),
    });
    items.push({ icon: "folder-input", label: t("Rename or move this topic"), run: () => app.openTopicMove(narrow) });
  }
  if (channel) {
    items.push({ separator: true });
    if (channel.subscribed)
      items.push({
        icon: "bell",
        label: t("Tell me of every message here"),
        checked: app.model.isLoud(channel),
        box: true,
        stays: true,
        run: () => app.settings.setLoud(channel, !app.model.isLoud(channel)),
      });
    items.push(
      channel.subscribed
        ? { icon: "log-out", label: t("Leave #{channel}", { channel: channel.name }), run: () => app.leaveChannel(channel) }
        : { icon: "plus", label: t("Follow #{channel}", { channel: channel.name }), run: () => app.joinChannel(channel) },
    );
  }
  return items;
}

function messageMenu(app, message) {
  const { model } = app;
  const { rules } = model.realm;
  const changed = message.edited_at || message.moved_at;
  return [
    {
      icon: "smile",
      label: t("Add reaction"),
      stays: true,
      run: () => app.openReactionPicker(message, app.view.menu.anchor),
    },
    { icon: "reply", label: t("Reply"), run: () => app.reply(message) },
    { icon: "quote", label: t("Quote and reply"), run: () => app.quote(message) },
    {
      icon: "star",
      label: message.starred ? t("Remove star") : t("Star"),
      run: () => app.commands.toggleStar(message),
    },
    { icon: "copy", label: t("Copy text"), run: () => app.copyText(message) },
    { icon: "link", label: t("Copy link"), run: () => app.copyLink(message) },
    { separator: true },
    ...when(editableUntil(model, message) !== undefined, {
      icon: "pencil",
      label: t("Edit"),
      run: () => app.edit(message),
    }),
    ...when(mayMove(model, message), {
      icon: "folder-input",
      label: t("Move to another topic"),
      run: () => app.openMove(message),
    }),
    ...when(rules.allow_edit_history && changed, {
      icon: "history",
      label: t("What it was before"),
      run: () => app.openHistory(message),
    }),
    ...when(rules.enable_read_receipts, {
      icon: "eye",
      label: t("Who has read this"),
      run: () => app.openReaders(message),
    }),
    ...when(mayDelete(model, message), {
      icon: "trash-2",
      label: t("Delete"),
      danger: true,
      run: () => app.confirmDelete(message),
    }),
  ];
}

function when(holds, item) {
  return holds ? [item] : [];
}
