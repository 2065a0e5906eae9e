/** Ids for messages that the server has not numbered yet: just above the highest id seen, so that they sort to the
 *  bottom and what others send meanwhile comes after them. */

const STEP = 0.01;

export class LocalIds {
  #last = 0;

  /** The next id above `max_message_id`: never a whole number, never the same twice. */
  next_local_id(max_message_id) {
    let hundredths = Math.round(Math.max(max_message_id, this.#last) / STEP) + 1;
    if (hundredths % 100 === 0) hundredths += 1;
    this.#last = hundredths / 100;
    return this.#last;
  }
}
