/** The world as the commands see it: the only way in which anything is printed. */
export interface Io {
  readonly cwd: string;
  /** Standard output: reports, and the one object of `--json`. */
  out(text: string): void;
  /** Standard error: progress, notes and errors. */
  err(text: string): void;
  /** Standard error is a terminal that can redraw a line. */
  readonly live: boolean;
  readonly columns: number;
  /** Asks yes or no; undefined when nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** Calls back on each interrupt (SIGINT, SIGTERM) until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Ends the process at once. */
  exit(code: number): never;
}

/** Flags that every command takes. */
export interface CommonFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Prints one JSON object on standard output. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value, undefined, 2)}\n`);
}
