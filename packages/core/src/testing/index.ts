export type { ScriptedModel, ScriptedModelOptions, ScriptedReply, Script } from "./scripted-model.ts";
export { scriptedModel } from "./scripted-model.ts";
export type { JournalSuite } from "./test-journal.ts";
export { journalTests, testJournal } from "./test-journal.ts";
export type { LanguageModelSuite, TestRunner } from "./test-language-model.ts";
export { languageModelTests, testLanguageModel } from "./test-language-model.ts";
export type { OptimizerSuite } from "./test-optimizer.ts";
export { optimizerTests, testOptimizer } from "./test-optimizer.ts";
