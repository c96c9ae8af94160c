import { isCultivarError } from "../ground/errors.ts";
import type { Worst } from "../programs/meter.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { candidateHash } from "../values/component.ts";
import { compare, frontOf } from "./compare.ts";
import type { RunParts } from "./run-parts.ts";
import { oneStandardError } from "./gate.ts";
import { scoresOf } from "./known-rows.ts";
import { pairedDifference } from "../ground/stats.ts";
import type { Row } from "./optimizer.ts";
import { rowKey } from "./row-source.ts";
import type { CompileResult, Comparison } from "./result.ts";

/**
 * The worst case of the final report, set aside before the search: every test row for two candidates, at the largest
 * call and the most calls per row seen so far (or declared, where that is more).
 */
export function reportNeeds({ program, data, meter, gateway, drive }: RunParts): Worst {
  const rows = 2 * data.test.length;
  if (rows === 0) return { calls: 0, tokens: 0, usd: 0 };
  const perRow = Math.max(
    program[definition].maxCalls,
    Math.ceil((2 * gateway.answered()) / Math.max(1, drive.study.val.length)),
  );
  const { tokens, usd } = meter.largest();
  return {
    calls: rows * perRow,
    tokens: rows * perRow * tokens,
    usd: usd === undefined ? undefined : rows * perRow * usd,
  };
}

/** Decides by the gate, opens test once, and puts the result together. */
export async function report(parts: RunParts): Promise<CompileResult> {
  const { drive, data, target, meter, gateway, ledger, metric, complete } = parts;
  const { study, known } = drive;
  const best = study.best();
  const candidates = known.complete();
  const baselineRows = candidates[0]!.rows;
  const gate = target.gate ?? oneStandardError;
  const isBaseline = candidateHash(best.candidate) === candidateHash(study.baseline);
  const improved = !isBaseline && gate.passes(pairedDifference(scoresOf(baselineRows), scoresOf(best.rows)));
  const chosen = improved ? best : { candidate: study.baseline, rows: baselineRows };
  const release = meter.setAside({ calls: 0, tokens: 0, usd: 0 });
  release();
  const test = data.test.length === 0 ? undefined : await openTest(parts, chosen.candidate);
  const remarks = [...data.remarks, ...drive.remarks];
  if (!isBaseline && !improved)
    remarks.push("a better candidate was found but did not pass the gate; the baseline is returned");
  const spend = meter.spend();
  if (spend.unpriced.length > 0)
    remarks.push(`prices are unknown for ${spend.unpriced.join(", ")}: the cost leaves them out`);
  return {
    target: parts.name,
    candidate: complete(chosen.candidate),
    baseline: complete(study.baseline),
    improved,
    val: compare(baselineRows, chosen.rows, metric.range),
    test,
    end: drive.ended() ?? "done",
    evaluations: drive.evaluations(),
    logical: gateway.logical(callKeys(parts, chosen.candidate)),
    paid: spend,
    reused: gateway.reused,
    orphans: ledger.orphans.length,
    candidates,
    lineage: drive.lineage.map((entry) => {
      const val = known.estimateOf(entry.hash);
      return val === undefined ? entry : { ...entry, val };
    }),
    front: frontOf(candidates),
    remarks,
    fingerprint: parts.fingerprint.hash,
    inputs: parts.fingerprint.inputs,
    seed: target.seed ?? 0,
  };
}

async function openTest(parts: RunParts, chosen: Candidate): Promise<Comparison> {
  const { data, drive, emit, metric, rows } = parts;
  emit({ type: "testing", rows: data.test.length });
  const score = (candidate: Candidate): Promise<Row[]> => {
    const hash = candidateHash(candidate);
    return Promise.all(
      data.test.map(({ id }) =>
        rows.get(candidate, hash, "test", id, 0, false).catch((error: unknown) => outOfBudget(id, error)),
      ),
    );
  };
  const baseline = await score(drive.study.baseline);
  return compare(baseline, await score(chosen), metric.range);
}

/** A report that no longer fits the budget leaves rows unscored and says so. */
function outOfBudget(id: string, error: unknown): Row {
  if (!isCultivarError(error, "run-ended")) throw error;
  return { id, failure: { blame: "world", code: error.code, message: error.message } };
}

/** The calls of the search, then those of the final report, in the order of the test rows. */
function* callKeys({ drive, data, rows }: RunParts, chosen: Candidate): Generator<string> {
  yield* drive.callKeys();
  for (const candidate of [drive.study.baseline, chosen]) {
    const hash = candidateHash(candidate);
    for (const { id } of data.test) yield* rows.callsOf(rowKey(hash, "test", id, 0));
  }
}
