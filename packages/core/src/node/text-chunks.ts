import { createReadStream } from "node:fs";
import { CultivarError, messageOf } from "../ground/errors.ts";
import { storageError, systemCode } from "./storage-error.ts";

const usersOwn: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; correct the path (it counts from the current folder) or make the file",
  ENOTDIR: "a part of the path is a file; correct the path",
  EISDIR: "it is a folder; name a file in it",
  EACCES: "this user may not read it; give it the right to",
};

/** A fault of reading a data file: `data` when the path is what is wrong, `storage` when the disk or system is. */
export function readError(path: string, cause: unknown): CultivarError {
  const todo = usersOwn[systemCode(cause) ?? ""];
  if (todo === undefined) return storageError("read the file", path, cause);
  return new CultivarError("data", `${path}: cannot read the rows: ${todo}`, { cause, fields: { path } });
}

/** The text of a UTF-8 file in pieces, without a byte order mark. Throws `data` for other encodings. */
export async function* textChunks(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let offset = 0;
  const decode = (bytes: Uint8Array | undefined): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new CultivarError(
        "data",
        `${path}: expected UTF-8 text, got other bytes after byte ${offset}; save the file as UTF-8`,
        { cause, fields: { path, offset } },
      );
    }
  };
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      const text = decode(bytes);
      offset += bytes.length;
      if (text !== "") yield text;
    }
  } catch (cause) {
    throw cause instanceof CultivarError ? cause : readError(path, cause);
  }
  const rest = decode(undefined);
  if (rest !== "") yield rest;
}

/** What a parser said, in one line. */
export function said(cause: unknown): string {
  return messageOf(cause, 160);
}
