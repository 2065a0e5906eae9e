/** Keys in the text of the compose box: send, choose among suggestions, edit the last message, go up to the others. */

/** Acts on a key pressed in the text of `box`. */
export function pressed(app, box, event) {
  if (event.isComposing || (box.suggestions && chose(box, event))) return;
  const { key } = event;
  const enterSends = app.model.settings.get("enter_sends") !== false && !app.touch;
  const plainEnter = key === "Enter" && !event.shiftKey && !event.altKey && enterSends;
  if (plainEnter || (key === "Enter" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    box.send();
  } else if (key === "ArrowUp" && box.text === "") {
    event.preventDefault();
    if (app.editLast()) return;
    event.target.blur();
    app.feed.step(-1);
  }
}

// Whether the key was about the suggestions.
function chose(box, event) {
  const { items, index } = box.suggestions;
  const step = { ArrowDown: 1, ArrowUp: items.length - 1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    box.suggestions = { ...box.suggestions, index: (index + step) % items.length };
    box.draw();
    return true;
  }
  if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    box.choose(items[index]);
    return true;
  }
  if (event.key !== "Escape") return false;
  event.preventDefault();
  box.suggestions = undefined;
  box.draw();
  return true;
}
