import type { ExampleRow } from "./example.ts";
import type { Rows } from "./split.ts";
import { split } from "./split.ts";

// Checked by the type checker, never run.
type Row = ExampleRow<{ readonly question: string }, string>;
declare const rows: readonly Row[];
declare function compile<E>(data: {
  readonly train: Rows<E, "train">;
  readonly val?: Rows<E, "val">;
  readonly test?: Rows<E, "test">;
}): E;

const three = split(rows, { train: 0.6, val: 0.2, test: 0.2 }, { seed: 0 });
const two = split(rows, { train: 0.8, test: 0.2 }, { seed: 0 });

export const whole: Row = compile(three);
export const withoutVal: Row = compile(two);
export const plain: Row = compile({ train: rows, test: [{ input: { question: "q" } }] });
export const typed: string = three.test[0]!.input.question;
export const absent: undefined = two.val;

// @ts-expect-error test rows are not train rows
compile({ train: three.test });
// @ts-expect-error train rows are not test rows
compile({ train: three.train, test: three.train });
// @ts-expect-error there is no val part here
export const missing: Rows<Row, "val"> = two.val;
// @ts-expect-error a seed is needed
split(rows, { train: 1 }, {});
// @ts-expect-error there is always a train part
split(rows, { val: 1 }, { seed: 0 });
