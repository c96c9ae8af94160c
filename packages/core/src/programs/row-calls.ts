/**
 * How long an answer waits for tools alone, in milliseconds. A tool runs code of unknown duration, which may itself wait
 * for what another branch does with a later answer (a message, a lock): without an end both would wait for ever. Far
 * above what tools take, since a slow tool cannot be told from a stuck one, and passing it lets latency decide.
 */
export const toolPatienceMs = 30_000;

/** An answer that was asked for and not handed on yet. */
interface Pending {
  readonly ofTool: boolean;
  answered: boolean;
  /** Lets later answers pass. */
  yield: (() => void) | undefined;
}

/**
 * The calls of one row while it is evaluated. Answers are handed on in the order in which they were asked for, one per
 * turn of the event loop: what a program does next, in which order, and with which samples, then never depends on which
 * of several calls at once is answered first. A program whose branches wait for nothing but modules and tools is
 * deterministic by this; one that also waits for a clock or a request of its own is not, nor is one whose branches wait
 * for each other within tools: an answer that only running tools are in front of passes them after
 * {@link toolPatienceMs}, and a tool that was passed is handed on whenever it ends. Model calls are always waited for:
 * they wait for no code of the user's.
 * A class, since one is made for every row.
 */
export class RowCalls {
  /** Settles when the answer asked for last has been handed on or passed; undefined when none is waited for. */
  #last: Promise<void> | undefined;
  /** In the order asked. */
  readonly #pending: Pending[] = [];
  #running = 0;
  #idle: (() => void) | undefined;

  /** `answer` once everything asked for earlier was handed on, failures too. */
  inOrder<T>(answer: Promise<T>, ofTool = false): Promise<T> {
    const pending: Pending = { ofTool, answered: false, yield: undefined };
    this.#pending.push(pending);
    const given = this.#last === undefined ? answer : this.#after(this.#last, answer, pending);
    const done = (): void => {
      this.#forget(pending);
      if (this.#last === mine) this.#last = undefined;
    };
    const handed = given.then(done, done);
    const mine = ofTool ? this.#yielding(pending, handed) : handed;
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

  /** What later answers wait for: that the tool's was handed on, or that it was passed. */
  #yielding(pending: Pending, handed: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      pending.yield = () => {
        this.#forget(pending);
        resolve();
      };
      void handed.then(resolve);
    });
  }

  async #after<T>(before: Promise<void>, answer: Promise<T>, pending: Pending): Promise<T> {
    // An early failure must not go unheard while others are waited for.
    await Promise.allSettled([answer]);
    pending.answered = true;
    const timer = setInterval(() => this.#passTools(pending), toolPatienceMs);
    await before;
    clearInterval(timer);
    await turn();
    return answer;
  }

  #forget(pending: Pending): void {
    const at = this.#pending.indexOf(pending);
    if (at === 0) this.#pending.shift();
    else if (at !== -1) this.#pending.splice(at, 1);
  }

  /** Hands `pending` on before the tools in front of it when there is nothing else in front of it. */
  #passTools(pending: Pending): void {
    const ahead = this.#pending.slice(0, this.#pending.indexOf(pending));
    if (ahead.some(({ ofTool, answered }) => !ofTool || answered)) return;
    for (const one of ahead) one.yield?.();
  }
}

/** Lets everything that waits for a settled promise go on first. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
