/** Which messages of a list are on the page. No DOM here. */

export const IN_DOM = 400;
const MARGIN = 80; // messages kept ready on either side of the view

/** The range [first, end) of `count` messages to have on the page.
 *
 *  `anchor` is the index of the message looked at (-1: none yet), `first` where the page began until now (-1: nowhere),
 *  `start` where reading begins, `at_end` whether the reader is at the end. The range moves only when the reader comes
 *  near its edge, so that scrolling seldom redraws. */
export function windowOf({ count, anchor, first, start, at_end }) {
  if (count <= IN_DOM) return [0, count];
  if (at_end) return [count - IN_DOM, count];
  let from = first;
  if (anchor !== -1) {
    const above = anchor - from;
    const below = from + IN_DOM - anchor;
    const crowded =
      from === -1 || (above < MARGIN && from > 0) || (below < MARGIN * 2 && from + IN_DOM < count);
    if (crowded) from = anchor - IN_DOM / 2;
  } else if (from === -1) {
    from = start - IN_DOM / 2;
  }
  from = Math.max(0, Math.min(count - IN_DOM, from));
  return [from, from + IN_DOM];
}
