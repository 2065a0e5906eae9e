/** What each menu offers. */
import { html } from "lit";
import { dmNarrow } from "../data/narrow.js";
import { avatar } from "./avatar.js";

const ROLES = { 100: "Owner", 200: "Administrator", 300: "Moderator", 400: "Member", 600: "Guest" };
const THEMES = [
  ["system", "monitor", "As the system"],
  ["light", "sun", "Light"],
  ["dark", "moon", "Dark"],
  ["contrast", "contrast", "High contrast"],
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
    ...THEMES.map(([theme, icon, label]) => ({
      icon,
      label,
      checked: app.view.theme === theme,
      stays: true,
      run: () => app.view.setTheme(theme),
    })),
    { separator: true },
    { icon: "check-check", label: "Mark everything as read", run: () => app.confirmMarkAllRead() },
    { icon: "circle-help", label: "Keyboard shortcuts", run: () => app.openHelp() },
    { icon: "log-out", label: "Sign out", run: () => app.signOut() },
  ];
}

function personMenu(app, user_id) {
  const person = app.model.people.get(user_id);
  const self = user_id === app.model.people.my_id;
  const role = ROLES[person?.role];
  return [
    {
      note: html`${avatar(person, "avatar-large")}<span class="menu-person"
          ><strong dir="auto">${person?.full_name ?? "Unknown person"}</strong
          ><span>${[person?.is_bot ? "Bot" : role, person?.is_active === false ? "no longer here" : ""].filter(Boolean).join(", ")}</span
          ><span class="cut">${person?.delivery_email ?? person?.email}</span></span
        >`,
    },
    { separator: true },
    {
      icon: "messages-square",
      label: self ? "Write a note to yourself" : "Write a direct message",
      run: () => app.writeTo(user_id),
    },
    ...(self
      ? []
      : [{ icon: "at-sign", label: "Mention in the message box", run: () => app.mention(user_id) }]),
    { icon: "clock", label: "See your conversation", run: () => app.go(dmNarrow([user_id])) },
  ];
}

function narrowMenu(app) {
  const { narrow } = app.view;
  const channel = app.model.channels.get(narrow.channel_id);
  const items = [
    { icon: "check-check", label: "Mark all here as read", run: () => app.markHereRead() },
    {
      icon: "link",
      label: "Copy link to this view",
      run: () => app.copy(location.href, "The link is copied."),
    },
  ];
  if (channel) {
    items.push({ separator: true });
    items.push(
      channel.subscribed
        ? { icon: "log-out", label: `Leave #${channel.name}`, run: () => app.leaveChannel(channel) }
        : { icon: "plus", label: `Follow #${channel.name}`, run: () => app.joinChannel(channel) },
    );
  }
  return items;
}

function messageMenu(app, message) {
  return [
    {
      icon: "smile",
      label: "Add reaction",
      stays: true,
      run: () => app.openReactionPicker(message, app.view.menu.anchor),
    },
    { icon: "reply", label: "Reply", run: () => app.reply(message) },
    { icon: "quote", label: "Quote and reply", run: () => app.quote(message) },
    {
      icon: "star",
      label: message.starred ? "Remove star" : "Star",
      run: () => app.commands.toggleStar(message),
    },
    { icon: "copy", label: "Copy text", run: () => app.copyText(message) },
    { icon: "link", label: "Copy link", run: () => app.copyLink(message) },
  ];
}
