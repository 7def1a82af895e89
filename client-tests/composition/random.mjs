// Chance that is the same every time.

/** A mulberry32 with what generators ask of it. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to below the limit. */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** True in so many of a hundred. */
  percent(chance) {
    return this.below(100) < chance;
  }

  /** One of them, or undefined when there is none. */
  pick(list) {
    return list[this.below(Math.max(1, list.length))];
  }

  /** So many of them, in their own order. */
  some(list, count) {
    const rest = list.map((_, index) => index);
    const chosen = [];
    while (chosen.length < count && rest.length > 0) {
      chosen.push(...rest.splice(this.below(rest.length), 1));
    }
    return chosen.sort((one, other) => one - other).map((index) => list[index]);
  }
}
