/** What stands where messages would be: the shape of what comes, what a place is for, or why it did not load. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";

export function skeleton() {
  const widths = ["wide", "short", "middle", "wide", "middle", "short"];
  return html`<div class="skeleton" role="status" aria-label=${t("Loading messages")}>
    ${widths.map(
      (width) => html`<div class="skeleton-row" aria-hidden="true">
        <span class="skeleton-avatar"></span>
        <span class="skeleton-lines"><span class="skeleton-name"></span><span class="skeleton-text skeleton-${width}"></span></span>
      </div>`,
    )}
  </div>`;
}

export function failedFeed(app, list) {
  return place(t("These messages could not be loaded"), list.error, {
    label: t("Try again"),
    run: () => app.history.open(list),
  });
}

export function emptyFeed(app, list) {
  const { narrow } = list;
  const { channels, people } = app.model;
  switch (narrow.kind) {
    case "channel":
      return place(
        t("#{channel} is quiet so far", { channel: channels.name(narrow.channel_id) }),
        t("Conversations here have topics. Start the first one."),
        {
          label: t("Start a topic"),
          run: () => app.compose.open(),
        },
      );
    case "topic":
      return place(
        t("A new topic"),
        t("What you write here begins “{topic}” in #{channel}.", {
          topic: narrow.topic,
          channel: channels.name(narrow.channel_id),
        }),
        {
          label: t("Write the first message"),
          run: () => app.compose.open(),
        },
      );
    case "dm":
      return narrow.user_ids.length === 1 && narrow.user_ids[0] === people.my_id
        ? place(t("Notes to yourself"), t("Nobody else sees what you keep here."))
        : place(
            t("You and {people}", { people: people.names(narrow.user_ids) }),
            t("Only the people named here see this conversation."),
          );
    case "search":
      return place(
        t("Nothing found"),
        t("No message that you can read matches “{words}”.", { words: narrow.query }),
        { label: t("Change the search"), run: () => app.openSearch() },
      );
    case "starred":
      return place(t("No starred messages"), t("Star a message to find it here again. Press s, or use the star beside it."),
      );
    case "mentions":
      return place(t("No mentions yet"), t("Messages that mention you by name are gathered here."));
    default:
      return place(t("Nothing here yet"), t("Messages of your channels and conversations appear here as they are sent."),
      );
  }
}

/** A calm note in an empty place, with the next step where there is one. */
export function place(title, words, action) {
  return html`<div class="empty">
    <h2 dir="auto">${title}</h2>
    <p dir="auto">${words}</p>
    ${action ? html`<button type="button" class="button" @click=${action.run}>${action.label}</button>` : nothing}
  </div>`;
}
