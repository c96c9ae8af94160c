import { anthropic } from "@cultivar/adapters/anthropic";
import { openai } from "@cultivar/adapters/openai";
import { simulated } from "@cultivar/adapters/simulated";
import type { Models } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";

/** Simulated models, which need no key; with `--live` a small model of the provider whose key is in the environment. */
export function chooseModels(live: boolean = process.argv.includes("--live")): Models {
  if (!live) {
    return {
      default: simulated({ world: "ticket-routing", role: "student" }),
      reflect: simulated({ world: "ticket-routing", role: "teacher" }),
    };
  }
  if (hasKey("OPENAI_API_KEY")) return { default: openai("gpt-5.6-luna") };
  if (hasKey("ANTHROPIC_API_KEY")) return { default: anthropic("claude-haiku-5-5") };
  throw new CultivarError("auth", "--live: no API key; set OPENAI_API_KEY or ANTHROPIC_API_KEY, or leave --live out");
}

const hasKey = (name: string): boolean => (process.env[name] ?? "") !== "";
