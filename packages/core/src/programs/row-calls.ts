/**
 * The calls of one row while it is evaluated. Answers are handed on in the order in which they were asked for, one per
 * turn of the event loop: what a program does next, in which order, and with which samples, then never depends on which
 * of several calls at once is answered first. A program whose branches wait for nothing but modules and tools is
 * deterministic by this; one that also waits for a clock or a request of its own is not.
 * A class, since one is made for every row.
 */
export class RowCalls {
  /** Settles when the answer asked for last has been handed on; undefined when none is waited for. */
  #last: Promise<void> | undefined;
  #running = 0;
  #idle: (() => void) | undefined;

  /** `answer` once everything asked for earlier was handed on, failures too. */
  inOrder<T>(answer: Promise<T>): Promise<T> {
    const given = this.#last === undefined ? answer : after(this.#last, answer);
    const done = (): void => {
      if (this.#last === mine) this.#last = undefined;
    };
    const mine = given.then(done, done);
    this.#last = mine;
    return given;
  }

  /** A module call begins; {@link settled} waits for its end. */
  begin(): void {
    this.#running += 1;
  }

  end(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
  }

  /** True while a module call is under way. */
  get busy(): boolean {
    return this.#running > 0;
  }

  /** Resolves once no module call is under way, nor one about to be made by a branch that was just answered. */
  async settled(): Promise<void> {
    do {
      if (this.busy) await new Promise<void>((resolve) => (this.#idle = resolve));
      await turn();
    } while (this.busy);
  }
}

async function after<T>(before: Promise<void>, answer: Promise<T>): Promise<T> {
  // An early failure must not go unheard while others are waited for.
  await Promise.allSettled([answer]);
  await before;
  await turn();
  return answer;
}

/** Lets everything that waits for a settled promise go on first. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
