/** What a person can ask to be done with messages that are there. Reads the model, hands work to `net`, changes the view. */

import { editableUntil, isResolved, mayDelete, mayMove, toggledTopic } from "../data/edit_rules.js";
import { conversationOf } from "../data/narrow.js";
import { t } from "../lib/i18n.js";
import { Lightbox } from "./lightbox.js";
import { HistoryDialog, MoveDialog, ReadersDialog } from "./message_dialogs.js";

/** `Base` with the intents of editing. */
export const EditIntents = (Base) =>
  class extends Base {
    edit(message) {
      if (editableUntil(this.model, message) === undefined) return false;
      this.editing.begin(message);
      return true;
    }

    /** The newest of my messages here that can be edited, as the up arrow in an empty message box means it. */
    editLast() {
      const { items } = this.feed.list?.data ?? { items: [] };
      const last = items.findLast((message) => editableUntil(this.model, message) !== undefined);
      if (!last) return false;
      this.feed.reveal(last);
      return this.edit(last);
    }

    async saveEdit(message) {
      const back = document.activeElement?.closest?.(".edit");
      const saving = this.editing.save(message);
      if (back && !this.touch) this.compose.focus();
      await saving;
    }

    /** What was typed is thrown away only when that was meant. */
    stopEditing(message) {
      const edit = this.model.edits.get(message);
      const typed = edit?.text;
      const changed = edit?.status === "open" && typed !== edit.source;
      this.model.edits.close(message);
      if (!this.touch) this.compose.focus();
      if (!changed) return;
      this.view.notify(t("Your changes are discarded."), {
        label: t("Undo"),
        run: async () => {
          await this.editing.begin(message);
          this.model.edits.type(message, typed);
          this.model.messages.touch(message);
        },
      });
    }

    openMove(message, mode = "change_one") {
      if (!mayMove(this.model, message)) return false;
      this.commands.fetchTopics(message.channel_id);
      this.#dialog("move", t("Move messages"), new MoveDialog(this, message, mode));
      return true;
    }

    openHistory(message) {
      this.#dialog("history", t("What this message was"), new HistoryDialog(this, message));
    }

    openPicture(anchor) {
      this.#dialog("picture", t("Picture"), new Lightbox(this, anchor));
    }

    openReaders(message) {
      this.#dialog("readers", t("Who has read this"), new ReadersDialog(this, message));
    }

    confirmDelete(message) {
      if (!mayDelete(this.model, message)) return false;
      this.view.openDialog({
        kind: "confirm",
        label: t("Delete this message?"),
        words: t("It disappears for everyone and cannot be brought back."),
        action: t("Delete"),
        danger: true,
        run: () => this.editing.delete(message),
      });
      return true;
    }

    /** The message by which a topic is renamed or resolved: any one of it. */
    async topicMessage({ channel_id, topic }) {
      const key = conversationOf({ kind: "topic", channel_id, topic }, this.model.people.my_id).key;
      const held = [...this.model.messages.all()].filter((message) => message.conversation.key === key);
      const newest = held.filter((message) => message.status === "sent" && !message.provisional).at(-1);
      return newest ?? this.editing.newestOf(channel_id, topic);
    }

    async openTopicMove(place) {
      const message = await this.#topicMessageOrWords(place);
      if (message) this.openMove(message, "change_all");
    }

    async toggleResolved(place) {
      const message = await this.#topicMessageOrWords(place);
      if (!message) return;
      const { topic } = message;
      try {
        await this.editing.move(message, { topic: toggledTopic(topic), mode: "change_all" });
      } catch (error) {
        this.view.notify(
          isResolved(topic)
            ? t("The topic stays resolved. {reason}", { reason: error.message })
            : t("The topic was not resolved. {reason}", { reason: error.message }),
        );
      }
    }

    async #topicMessageOrWords(place) {
      try {
        const message = await this.topicMessage(place);
        if (!message) this.view.notify(t("There are no messages in this topic yet."));
        return message;
      } catch (error) {
        this.view.notify(t("The topic could not be opened. {reason}", { reason: error.message }));
        return undefined;
      }
    }

    #dialog(kind, label, part) {
      this.view.openDialog({ kind, label, part });
    }
  };
