import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** JSON with object keys sorted at every level, so that equal values have equal texts. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  // Most values are in order already, and a replacer makes JSON.stringify several times slower.
  return isOrdered(value) ? JSON.stringify(value) : sortedJson(value);
}

/** True when every object's keys ascend and no object writes itself as something else. */
function isOrdered(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isOrdered(value[i])) return false;
    return true;
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return false;
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    if (i > 0 && keys[i - 1]! > keys[i]!) return false;
    if (!isOrdered((value as Record<string, unknown>)[keys[i]!])) return false;
  }
  return true;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member);
    for (let i = 1; i < entries.length; i++) {
      if (entries[i - 1]![0] > entries[i]![0]) {
        return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
      }
    }
    return member;
  });
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. Synchronous, and the same on every runtime. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Content hash of any JSON value: the first `length` hex digits of the SHA-256 of its canonical JSON. */
export function contentHash(value: unknown, length = 16): string {
  return sha256Hex(canonicalJson(value)).slice(0, length);
}
