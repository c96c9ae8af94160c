import { sha256Hex } from "@cultivar/core";
import type { Body } from "./wire.ts";
import { BadRequest, modelOf } from "./wire.ts";

const dimensions = 256;

/** Letter trigrams hashed into 256 places, of length 1. Equal texts, equal vectors; related words share places. */
export function hashedVector(text: string): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  const padded = `  ${text.toLowerCase().replaceAll(/\s+/g, " ").trim()}  `;
  for (let i = 0; i + 3 <= padded.length; i++) {
    const hash = fnv1a(padded.slice(i, i + 3));
    vector[hash % dimensions]! += (hash & 0x10000) === 0 ? 1 : -1;
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** The body of `/v1/embeddings`: floats, or base64 of 32-bit floats where asked for (the `openai` SDK's default). */
export function embeddingsReply(body: Body): unknown {
  const model = modelOf(body);
  const input = body["input"];
  const texts: unknown = typeof input === "string" ? [input] : input;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string"))
    throw new BadRequest("input: expected a text or a list of texts");
  const encode = (vector: readonly number[]): unknown =>
    body["encoding_format"] === "base64" ? Buffer.from(new Float32Array(vector).buffer).toString("base64") : vector;
  const tokens = texts.reduce((sum: number, text: string) => sum + Math.ceil(text.length / 4), 0);
  return {
    object: "list",
    model,
    data: texts.map((text: string, index) => ({ object: "embedding", index, embedding: encode(hashedVector(text)) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    id: `emb_${sha256Hex(texts.join("\u0000")).slice(0, 16)}`,
  };
}
