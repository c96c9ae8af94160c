import type { ComponentId, Rng, Row } from "@cultivar/core";
import { moduleSpans } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";
import type { Member, TrackRecord } from "./pool.ts";

/** What is known when the texts to rewrite are chosen. */
export interface Choosing {
  readonly parent: Member;
  /** Never empty. */
  readonly texts: readonly ComponentId[];
  /** The parent on the batch, with traces. */
  readonly rows: readonly Row[];
  /** Best of the metric's range. */
  readonly top: number;
  /** How proposals for a component have fared so far. */
  record(id: ComponentId): TrackRecord;
  readonly rng: Rng;
}

/** Chooses which texts of a parent to rewrite; never none. */
export interface ComponentRule {
  readonly name: string;
  choose(choosing: Choosing): readonly ComponentId[];
}

/** One after the other, each line of descent taking its own turns. */
export const roundRobin: ComponentRule = {
  name: "roundRobin",
  choose: ({ parent, texts }) => [texts[parent.turn % texts.length]!],
};

/** All of them, each by a call of its own. */
export const everyText: ComponentRule = { name: "everyText", choose: ({ texts }) => texts };

/**
 * The texts of the modules that the failing rows point to: a module that failed, or one with a remark of its own. A
 * remark that went to several modules, or to half of the rows, points to nobody. Where nothing points anywhere, one text,
 * drawn by how often its proposals were kept so far (Thompson, 1933).
 */
export const byBlame: ComponentRule = {
  name: "byBlame",
  choose(choosing) {
    const { texts, top } = choosing;
    const idle = commonRemarks(choosing.rows);
    const rows = choosing.rows.filter(({ score }) => score !== undefined && score < top);
    const points = (path: string): boolean =>
      rows.some((row) => {
        const remark = row.byModule?.[path];
        const broke = row.trace !== undefined && moduleSpans(row.trace, path).some((span) => span.error !== undefined);
        return broke || (remark !== undefined && !idle.has(remark));
      });
    const blamed = texts.filter((id) => points(ownerIn(rows, id)));
    return blamed.length > 0 ? blamed : [luckiest(choosing)];
  },
};

/** The nearest module around a text that ran: a tool's description is part of the module that has the tool. */
function ownerIn(rows: readonly Row[], id: ComponentId): string {
  const ran = (path: string): boolean =>
    rows.some(
      ({ trace, byModule }) => byModule?.[path] !== undefined || (trace && moduleSpans(trace, path).length > 0),
    );
  for (let path = modulePath(id); path !== ""; path = modulePath(path)) if (ran(path)) return path;
  return modulePath(id);
}

/** Remarks that say nothing of the module that they went to. */
function commonRemarks(rows: readonly Row[]): ReadonlySet<string> {
  const modules = new Map<string, Set<string>>();
  const count = new Map<string, number>();
  for (const { byModule = {} } of rows)
    for (const [module, remark] of Object.entries(byModule)) {
      modules.set(remark, (modules.get(remark) ?? new Set()).add(module));
      count.set(remark, (count.get(remark) ?? 0) + 1);
    }
  const isCommon = (remark: string): boolean =>
    modules.get(remark)!.size > 1 || (count.get(remark)! > 2 && count.get(remark)! >= rows.length / 2);
  return new Set([...modules.keys()].filter(isCommon));
}

function luckiest({ texts, record, rng }: Choosing): ComponentId {
  const draws = texts.map((id) => {
    const { tries, wins } = record(id);
    return betaDraw(wins + 1, tries - wins + 1, rng);
  });
  return texts[draws.indexOf(Math.max(...draws))]!;
}

/** A draw from Beta(a, b), a and b whole numbers of at least 1: the a-th smallest of a + b - 1 uniform draws. */
export function betaDraw(a: number, b: number, rng: Rng): number {
  const draws = Array.from({ length: a + b - 1 }, () => rng.next()).sort((x, y) => x - y);
  return draws[a - 1]!;
}
