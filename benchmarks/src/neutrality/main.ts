import type { WorldName } from "@cultivar/adapters/simulated";
import { worlds } from "@cultivar/adapters/simulated";
import { compareStudents, compareTeachers } from "./compare.ts";

// node --conditions=@cultivar/source benchmarks/src/neutrality/main.ts [ROWS] [WORLD...]
// The full neutrality test: by default 1,000 rows and 400 reflections per world. Exits with 1 when a framework differs.

const [rows = "1000", ...names] = process.argv.slice(2);
const chosen = Object.values(worlds).filter(({ name }) => names.length === 0 || names.includes(name as WorldName));
let differ = 0;
for (const world of chosen) {
  for (const one of [
    ...(await compareStudents(world, Number(rows))),
    ...compareTeachers(world, Math.ceil(Number(rows) * 0.4)),
  ]) {
    if (!one.same) differ++;
    process.stdout.write(`${one.same ? "same   " : "DIFFERS"} ${one.line}\n`);
  }
}
process.exitCode = differ > 0 ? 1 : 0;
