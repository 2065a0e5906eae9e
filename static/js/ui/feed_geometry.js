/** Where things are in the feed: the only place that measures. Rows are the elements of messages, in order. */

export class FeedGeometry {
  constructor(scroller, content) {
    this.scroller = scroller;
    this.content = content;
    this.rows = content.getElementsByClassName("row"); // live
  }

  get top() {
    return this.scroller.scrollTop;
  }

  get height() {
    return this.scroller.clientHeight;
  }

  get distanceToEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  scrollTo(top) {
    this.scroller.scrollTop = top;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  row(key) {
    return this.content.querySelector(`[data-key="${key}"]`);
  }

  get unreadLine() {
    return this.content.querySelector(".unread-line");
  }

  /** The index of the first row of which something can be seen, -1 without rows. */
  firstVisible() {
    const { rows, top } = this;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bottomOf(rows[middle]) <= top + 1) low = middle + 1;
      else high = middle;
    }
    return low < rows.length ? low : rows.length - 1;
  }

  /** The index of the last row that can be seen to its end. */
  lastVisible() {
    const { rows } = this;
    const bottom = this.top + this.height;
    let index = Math.max(0, this.firstVisible());
    while (index + 1 < rows.length && bottomOf(rows[index + 1]) <= bottom + 2) index += 1;
    return index;
  }

  /** The rows that can be read: seen to their end, or filling the view. */
  readable() {
    const { rows, top } = this;
    const bottom = top + this.height + 2;
    const found = [];
    for (let index = Math.max(0, this.firstVisible()); index < rows.length; index += 1) {
      const row = rows[index];
      if (bottomOf(row) > bottom && row.offsetTop > top) break;
      found.push(row);
    }
    return found;
  }

  isVisible(row) {
    return bottomOf(row) > this.top && row.offsetTop < this.top + this.height;
  }

  /** Scrolls as little as needed to show a row, with `margin` above it. */
  bringIn(row, margin) {
    if (row.offsetTop < this.top + margin) this.scrollTo(row.offsetTop - margin);
    else if (bottomOf(row) > this.top + this.height) this.scrollTo(bottomOf(row) - this.height + 8);
  }

  /** What the reader looks at: the first visible row and where it stands. */
  anchor() {
    const row = this.rows[this.firstVisible()];
    return row && { key: row.dataset.key, offset: row.offsetTop - this.top };
  }

  /** Puts an anchor back where it stood; false when it is not on the page. */
  restore(anchor) {
    const row = anchor && this.row(anchor.key);
    if (!row) return false;
    const moved = row.offsetTop - this.top - anchor.offset;
    if (Math.abs(moved) >= 1) this.scrollTo(this.top + moved);
    return true;
  }
}

function bottomOf(row) {
  return row.offsetTop + row.offsetHeight;
}
