import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// A chat completions server that answers every request with the same bytes, in a process of its own. Prints its port.
const reply = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_767_225_600,
    model: "mock",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: JSON.stringify({ answer: "a few words of answer" }), refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 40, completion_tokens: 10, total_tokens: 50 },
  }),
);

const server = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.once("end", () => {
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": reply.length });
    outgoing.end(reply);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.once("disconnect", () => process.exit(0));
