/** Where the focus may go while a dialog or menu is open: round and round inside it. */

const FOCUSABLE = "button:not(:disabled):not([tabindex='-1']), a[href], input, select, textarea";

/** Keeps Tab inside `frame`; in a menu the arrows go from item to item. True when the key was taken. */
export function confine(event, frame) {
  const stops = [...frame.querySelectorAll(FOCUSABLE)];
  if (stops.length === 0) return false;
  const menu = frame.getAttribute("role") === "menu";
  const step =
    event.key === "Tab"
      ? event.shiftKey
        ? -1
        : 1
      : menu
        ? { ArrowDown: 1, ArrowUp: -1 }[event.key]
        : undefined;
  if (step === undefined) return false;
  const at = stops.indexOf(document.activeElement);
  const next = at === -1 ? (step > 0 ? 0 : stops.length - 1) : (at + step + stops.length) % stops.length;
  stops[next].focus();
  event.preventDefault();
  return true;
}
