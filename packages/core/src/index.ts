export type { Blame, CultivarErrorOptions, ErrorCode } from "./ground/errors.ts";
export { CultivarError, blame, isCultivarError, messageOf } from "./ground/errors.ts";
export { redactSecrets, redactionMark } from "./ground/redact-secrets.ts";
export type { Clock } from "./ground/clock.ts";
export { systemClock } from "./ground/clock.ts";
export { canonicalJson, contentHash, sha256Hex } from "./ground/hash.ts";
export type { Json, JsonSchema } from "./ground/json.ts";
export { parseJsonSafely } from "./ground/json.ts";
export type { Limit } from "./ground/limit.ts";
export { limit } from "./ground/limit.ts";
export type { Rng } from "./ground/rng.ts";
export { rng } from "./ground/rng.ts";
export type { Estimate } from "./ground/stats.ts";
export { estimate, pairedDifference } from "./ground/stats.ts";
export type { Candidate, ComponentId, ComponentSpec, Space } from "./values/component.ts";
export { baselineOf, candidateHash, checkCandidate } from "./values/component.ts";
export type { DemoRow, DemoSelect, DemoSet } from "./values/demo.ts";
export { decodeDemos, encodeDemos, noDemos } from "./values/demo.ts";
export type { Example, ExampleId, ExampleRow } from "./values/example.ts";
export { inputHash, toExamples } from "./values/example.ts";
export type {
  Capabilities,
  Embedder,
  FilePart,
  FinishReason,
  GenerateOptions,
  ImagePart,
  LanguageModel,
  Message,
  Models,
  Part,
  Price,
  Request,
  Response,
  Retry,
  TextPart,
  ToolCall,
  ToolSpec,
  Usage,
} from "./values/language-model.ts";
export { costUsd, textMessage, textOf } from "./values/language-model.ts";
export type { Field, InferInput, InferOutput, Schema, SchemaIssue, SchemaResult } from "./values/schema.ts";
export type { Signature, SignatureInput, SignatureOutput, SignatureSpec } from "./values/signature.ts";
export { signature } from "./values/declare-signature.ts";
export type { ShorthandOptions, ShorthandSignature } from "./values/shorthand.ts";
export type { Ratios, Rows, Split, SplitName, SplitOptions } from "./values/split.ts";
export { split } from "./values/split.ts";
export type { LmSpan, ModuleSpan, Span, SpanError, ToolSpan, Trace } from "./values/trace.ts";
export { moduleSpans, spansOf } from "./values/trace.ts";
export type { BestOfNOptions, MajorityOptions } from "./programs/best-of-n.ts";
export { bestOfN, majority } from "./programs/best-of-n.ts";
export { describeSketch, spaceOf } from "./programs/bind.ts";
export type { ResponseCache } from "./programs/cache.ts";
export { memoryCache } from "./programs/cache.ts";
export { chainOfThought } from "./programs/chain-of-thought.ts";
export { columns } from "./programs/columns.ts";
export { embed } from "./programs/embed.ts";
export type { CallRecord, LogicalCalls } from "./programs/gateway.ts";
export { requestKey } from "./programs/gateway.ts";
export type { Budget, PhysicalLimit, Spend } from "./programs/meter.ts";
export type {
  AnyModule,
  Binding,
  Bound,
  CallOptions,
  Leaf,
  Module,
  ModuleInput,
  ModuleOutput,
  Need,
  Sketch,
} from "./programs/module.ts";
export type { Predict, RenderOptions } from "./programs/predict.ts";
export { predict } from "./programs/predict.ts";
export type { BoundModules } from "./programs/program.ts";
export { program } from "./programs/program.ts";
export type { ReactOptions } from "./programs/react.ts";
export { react } from "./programs/react.ts";
export type { ResilientOptions } from "./programs/resilient/resilience.ts";
export { resilience } from "./programs/resilient/resilience.ts";
export { resilient } from "./programs/resilient/resilient.ts";
export type { ModuleSettings } from "./programs/settings.ts";
export type { Tool, ToolContext } from "./programs/tool.ts";
export { tool } from "./programs/tool.ts";
export type { TextComponent, TuneContext } from "./programs/tune.ts";
export { text, tune } from "./programs/tune.ts";
export type { Combined, SomeMetric } from "./judging/metrics/combine/part.ts";
export { all } from "./judging/metrics/combine/all.ts";
export type { LayeredOptions } from "./judging/metrics/combine/layered.ts";
export { layered } from "./judging/metrics/combine/layered.ts";
export type { QuorumOptions } from "./judging/metrics/combine/quorum.ts";
export { quorum } from "./judging/metrics/combine/quorum.ts";
export type { VetoOptions } from "./judging/metrics/combine/veto.ts";
export { veto } from "./judging/metrics/combine/veto.ts";
export type { Weighted } from "./judging/metrics/combine/weighted.ts";
export { weighted } from "./judging/metrics/combine/weighted.ts";
export type { ContainsOptions } from "./judging/metrics/contains.ts";
export { contains } from "./judging/metrics/contains.ts";
export type { ExactMatchOptions } from "./judging/metrics/exact-match.ts";
export { exactMatch } from "./judging/metrics/exact-match.ts";
export { f1, tokenF1 } from "./judging/metrics/f1.ts";
export type { ExpectedOptions, ExpectedRow, HasField } from "./judging/metrics/field.ts";
export { jsonPath } from "./judging/metrics/json-path.ts";
export type { JudgeOptions, JudgeSpec } from "./judging/metrics/judge.ts";
export { judge, judgeModule } from "./judging/metrics/judge.ts";
export { normalizeAnswer } from "./judging/metrics/normalize.ts";
export type { NormalizedMatchOptions } from "./judging/metrics/normalized-match.ts";
export { normalizedMatch } from "./judging/metrics/normalized-match.ts";
export type { RegexOptions } from "./judging/metrics/regex.ts";
export { regex } from "./judging/metrics/regex.ts";
export type { SemanticSimilarityOptions } from "./judging/metrics/semantic-similarity.ts";
export { semanticSimilarity } from "./judging/metrics/semantic-similarity.ts";
export type { JudgeInput, Verdict } from "./judging/metrics/verdict.ts";
export type { EvaluateOptions, Evaluation } from "./judging/evaluate.ts";
export { evaluate } from "./judging/evaluate.ts";
export type { Metric, MetricArguments, MetricFunction, MetricLike, Score, ScoreResult } from "./judging/metric.ts";
export { metric } from "./judging/metric.ts";
export type { Failure, Row } from "./judging/score-row.ts";
export type { Artifact, ArtifactScores, Freshness } from "./searching/artifact.ts";
export { artifactFrom, isIntact, isUpToDate, load, parseArtifact, printArtifact } from "./searching/artifact.ts";
export type { OpenStudy, Run } from "./searching/compile.ts";
export { compile, open, plan, start } from "./searching/compile.ts";
export type { Decoded, DecodedLeaf, Demo } from "./searching/decode.ts";
export { decode } from "./searching/decode.ts";
export type { Fingerprint } from "./searching/fingerprint.ts";
export { fingerprintOf } from "./searching/fingerprint.ts";
export type { Gate } from "./searching/gate.ts";
export { oneStandardError, significant } from "./searching/gate.ts";
export type { InOrderOptions } from "./searching/in-order.ts";
export { inOrder } from "./searching/in-order.ts";
export type { Journal, JournalRecord, JournalStore } from "./searching/journal.ts";
export { finishOf, runName } from "./searching/ledger.ts";
export { memoryJournalStore } from "./searching/memory-journal.ts";
export type { Ask, Note, Optimizer, Role, Scored, Study, Tell } from "./searching/optimizer.ts";
export type { IncompleteReport, ReportCut } from "./searching/report-gaps.ts";
export type { Comparison, CompileResult, EndReason, LineageEntry, Plan, RunEvent } from "./searching/result.ts";
export type { Data, Target, TargetOptions, Vary } from "./searching/target.ts";
export { version } from "./version.ts";
