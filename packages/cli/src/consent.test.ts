import { describe, expect, test, vi } from "vitest";
import { askConsent } from "./consent.ts";
import type { Io } from "./io.ts";

const io = (confirm: Io["confirm"]): Io => ({ confirm }) as Io;
const paid = { name: "t", paid: ["openai/x"] };

describe("a run that may cost money", () => {
  test("goes on by --yes, without asking", async () => {
    const confirm = vi.fn<() => Promise<boolean>>(() => Promise.resolve(false));
    await askConsent(io(confirm), paid, true);
    expect(confirm).not.toHaveBeenCalled();
  });
  test("goes on when someone says yes, and not otherwise", async () => {
    await askConsent(
      io(() => Promise.resolve(true)),
      paid,
      false,
    );
    await expect(
      askConsent(
        io(() => Promise.resolve(false)),
        paid,
        false,
      ),
    ).rejects.toMatchObject({ code: "config" });
  });
  test("is refused when nobody is there", async () => {
    await expect(askConsent(io(undefined), paid, false)).rejects.toThrow("add --yes");
  });
});

test("a free run asks nobody", async () => {
  await expect(askConsent(io(undefined), { name: "t", paid: [] }, false)).resolves.toBeUndefined();
});
