import type { Message } from "@cultivar/core";
import { safeText } from "./safe-text.ts";

/** A module's messages as plain text: a heading per message, its text as it is sent. */
export function promptLines({
  module,
  messages,
}: {
  readonly module: string;
  readonly messages: readonly Message[];
}): readonly string[] {
  return messages.flatMap((message, index) => [
    `--- ${module} ${index + 1}/${messages.length}: ${message.role}`,
    ...message.content.map((part) =>
      part.type === "text" ? safeText(part.text) : `(${part.type}, ${part.mediaType})`,
    ),
    "",
  ]);
}
