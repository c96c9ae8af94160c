import { isCultivarError, messageOf } from "../ground/errors.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { candidateHash } from "../values/component.ts";
import { compare, frontOf } from "./compare.ts";
import { learned } from "./learned.ts";
import type { RunParts } from "./run-parts.ts";
import { oneStandardError } from "./gate.ts";
import { scoresOf } from "./known-rows.ts";
import { pairedDifference } from "../ground/stats.ts";
import type { Row } from "./optimizer.ts";
import { rowKey } from "./observe.ts";
import type { IncompleteReport } from "./report-gaps.ts";
import { gapsIn, gapsRemark } from "./report-gaps.ts";
import type { CompileResult, Comparison } from "./result.ts";
import { endingOf } from "./run-end.ts";

/** Prompts grow with demos: a test row is taken to cost up to this many times the dearest row so far. */
const margin = 2;

/**
 * Calls of the final report at most: every test row for two candidates, at the most calls that a val row took with the
 * baseline (or that are declared, where that is more).
 */
function reportCalls({ program, data, rows, drive }: RunParts): number {
  const hash = candidateHash(drive.study.baseline);
  let most = program[definition].maxCalls;
  for (const { id } of data.val)
    most = Math.max(most, rows.callsOf(rowKey({ hash, split: "val", id, sample: 0 })).length);
  return 2 * data.test.length * most;
}

/** What one row took; `usd` is undefined where a price is unknown. */
interface RowCost {
  readonly tokens: number;
  readonly usd: number | undefined;
}

/**
 * What the calls of a row come to: proposers' calls, which may cost a hundred times as much, are no part of a report. A
 * reply that did not say what it used counts as the dearest call so far.
 */
function costOf({ rows, gateway, meter, ledger }: RunParts, key: string): RowCost {
  const keys = rows.callsOf(key);
  const { inputTokens, outputTokens, listUsd } = gateway.logical(keys);
  if (listUsd !== undefined) return { tokens: inputTokens + outputTokens, usd: listUsd };
  const { tokens, usd } = meter.largest();
  return {
    tokens: keys.length * Math.max(tokens, ledger.largest.tokens),
    usd: usd === undefined ? undefined : keys.length * Math.max(usd, ledger.largest.usd),
  };
}

/**
 * Keeps what the report may cost out of reach from now on: its rows at twice the dearest one so far, and it grows with
 * them. The worst case by output limits would be hundreds of times what reports cost, and end most runs at their start.
 * The cap holds all the same, since each call of the report reserves its own worst case; rows that then do not fit stay
 * unscored, and the report says so.
 */
export function setAsideReport(parts: RunParts): void {
  const { meter, ledger, hooks, data, drive } = parts;
  const calls = reportCalls(parts);
  const testRows = 2 * data.test.length;
  let dearest: RowCost = { tokens: 0, usd: 0 };
  const look = (key: string): void => {
    const { tokens, usd } = costOf(parts, key);
    dearest = {
      tokens: Math.max(dearest.tokens, tokens),
      usd: usd === undefined || dearest.usd === undefined ? undefined : Math.max(dearest.usd, usd),
    };
  };
  const update = (key?: string): void => {
    if (key !== undefined) look(key);
    const { tokens, usd } = dearest;
    const most = testRows * margin;
    hooks.aside = { calls, tokens: most * tokens, usd: usd === undefined ? undefined : most * usd };
    meter.setAside(hooks.aside);
  };
  const hash = candidateHash(drive.study.baseline);
  for (const { id } of data.val) look(rowKey({ hash, split: "val", id, sample: 0 }));
  for (const record of ledger.earlier) if (record.type === "row") look(record.key);
  hooks.afterRow = update;
  update();
}

/** Of a search that a limit ended with something kept back: without that it would have gone further. */
function asideRemark({ drive, target, hooks, data }: RunParts): string | undefined {
  const limit = drive.ended();
  if (limit !== "calls" && limit !== "tokens" && limit !== "usd") return undefined;
  const aside = hooks.aside[limit];
  if (aside === undefined || aside === 0) return undefined;
  const amount = limit === "usd" ? `$${Number(aside.toPrecision(3))}` : `${Math.ceil(aside)} ${limit}`;
  const of = limit === "usd" ? `$${target.budget.usd}` : String(target.budget[limit]);
  return `budget.${limit} ended the search early: ${amount} of its ${of} were set aside for the final report (${data.test.length} test rows, 2 candidates); raise budget.${limit} to search longer, or give fewer test rows`;
}

/** Decides by the gate, opens test once, and puts the result together. */
export async function report(parts: RunParts): Promise<CompileResult> {
  const { drive, data, target, meter, gateway, ledger, metric, complete } = parts;
  const { study, known } = drive;
  const best = known.best()!;
  const candidates = known.complete();
  const baselineRows = candidates[0]!.rows;
  const gate = target.gate ?? oneStandardError;
  const isBaseline = candidateHash(best.candidate) === candidateHash(study.baseline);
  const improved = !isBaseline && gate.passes(pairedDifference(scoresOf(baselineRows), scoresOf(best.rows)));
  const chosen = improved ? best : { candidate: study.baseline, rows: baselineRows };
  parts.hooks.afterRow = () => {};
  const kept = asideRemark(parts);
  if (kept !== undefined) drive.lineage.remark(kept);
  meter.setAside({ calls: 0, tokens: 0, usd: 0 })();
  const opened = data.test.length === 0 ? undefined : await openTest(parts, chosen.candidate);
  const test = opened?.comparison;
  const incomplete = opened?.incomplete;
  const remarks = [...data.remarks, ...drive.lineage.remarks];
  if (incomplete !== undefined) remarks.push(gapsRemark(incomplete, data.test.length, test!.unscored.cause));
  if (!isBaseline && !improved)
    remarks.push("a better candidate was found but did not pass the gate; the baseline is returned");
  if (target.fingerprint === undefined)
    remarks.push(
      "no fingerprint: only the metric's source and the declared modules stand for the code; give one that changes with it",
    );
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
    incomplete,
    end: incomplete?.reason === "aborted" ? "aborted" : (drive.ended() ?? "done"),
    evaluations: drive.evaluations(),
    logical: gateway.logical(callKeys(parts, chosen.candidate)),
    paid: spend,
    reused: gateway.reused,
    orphans: ledger.orphans.length,
    candidates,
    lineage: drive.lineage.entries.map((entry) => {
      const val = known.estimateOf(entry.hash);
      return val === undefined ? entry : { ...entry, val };
    }),
    front: frontOf(candidates),
    learned: improved ? learned(parts.space, drive.lineage.entries, chosen.candidate) : [],
    remarks,
    fingerprint: parts.fingerprint.hash,
    inputs: parts.fingerprint.inputs,
    seed: target.seed ?? 0,
  };
}

async function openTest(
  parts: RunParts,
  chosen: Candidate,
): Promise<{ readonly comparison: Comparison; readonly incomplete: IncompleteReport | undefined }> {
  const { data, drive, emit, meter, metric, rows } = parts;
  emit({ type: "testing", rows: data.test.length });
  const score = (candidate: Candidate): Promise<Row[]> => {
    const hash = candidateHash(candidate);
    return Promise.all(
      data.test.map(({ id }) =>
        rows
          .get({ candidate, hash, split: "test", id, sample: 0 }, false)
          .catch((error: unknown) => unscoredBy(parts, id, error)),
      ),
    );
  };
  const baseline = await score(drive.study.baseline);
  const best = await score(chosen);
  return { comparison: compare(baseline, best, metric.range), incomplete: gapsIn(baseline, best, meter.exhausted()) };
}

/** A report that no longer fits the budget, or was aborted, leaves rows unscored and says so. */
function unscoredBy({ drive }: RunParts, id: string, error: unknown): Row {
  const aborted = endingOf(error, drive.study.signal) === "aborted";
  if (!aborted && !isCultivarError(error, "run-ended")) throw error;
  const code = aborted ? "aborted" : "run-ended";
  return { id, failure: { blame: "world", code, message: messageOf(error) } };
}

/** The calls of the search, then those of the final report, in the order of the test rows. */
function* callKeys({ drive, data, rows }: RunParts, chosen: Candidate): Generator<string> {
  yield* drive.callKeys();
  for (const candidate of [drive.study.baseline, chosen]) {
    const hash = candidateHash(candidate);
    for (const { id } of data.test) yield* rows.callsOf(rowKey({ hash, split: "test", id, sample: 0 }));
  }
}
