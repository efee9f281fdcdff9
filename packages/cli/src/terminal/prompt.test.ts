import { confirmationWord } from "@writ/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { openPrompt, promptStep, type PromptEvent, type PromptState } from "./prompt.ts";

const asking = (word: string | null = null): PromptState => ({ kind: "asking", word });
const typed = (text: string): PromptEvent => ({ type: "line", text });

describe("the approval prompt", () => {
  test("opens with a question and no answer", () => {
    expect(openPrompt(null)).toEqual({ state: asking(), outputs: ["question"] });
  });

  test("y and Enter approve", () => {
    for (const text of ["y", "yes", " Y "]) {
      expect(promptStep(asking(), typed(text)).state).toEqual({ kind: "closed", answer: { kind: "approved" } });
    }
  });

  test("Enter alone asks again", () => {
    expect(promptStep(asking(), typed(""))).toEqual({ state: asking(), outputs: ["question"] });
    expect(promptStep(asking(), typed("   "))).toEqual({ state: asking(), outputs: ["question"] });
  });

  test.each(["yy", "yn", "ye", "ok", "1", "true", "approve", "да", "y n"])("%s is no answer", (text) => {
    expect(promptStep(asking(), typed(text))).toEqual({ state: asking(), outputs: ["hint", "question"] });
  });

  test("n asks why, and an empty reason asks again", () => {
    const why = promptStep(asking(), typed("n"));
    expect(why.outputs).toEqual(["reason_question"]);
    expect(promptStep(why.state, typed(" "))).toEqual({ state: why.state, outputs: ["reason_question"] });
    expect(promptStep(why.state, typed(" y ")).state).toEqual({
      kind: "closed",
      answer: { kind: "denied", reason: "y" },
    });
  });

  test("v shows everything, w says why, and both ask again", () => {
    expect(promptStep(asking(), typed("v"))).toEqual({ state: asking(), outputs: ["whole_preview", "question"] });
    expect(promptStep(asking(), typed("w"))).toEqual({ state: asking(), outputs: ["reasons", "question"] });
  });

  test.each([
    [typed("l"), "chosen"],
    [{ type: "end_of_input" }, "end_of_input"],
    [{ type: "interrupt" }, "interrupted"],
    [{ type: "withdraw" }, "withdrawn"],
  ] as const)("%j leaves the request open", (event, because) => {
    const closed = { kind: "closed", answer: { kind: "later", because } };
    expect(promptStep(asking(), event).state).toEqual(closed);
    if (event.type !== "line") expect(promptStep({ kind: "asking_reason", word: null }, event).state).toEqual(closed);
  });
});

describe("a destructive step", () => {
  test("is approved by its word and by nothing else", () => {
    expect(promptStep(asking("retention.yaml"), typed("retention.yaml")).state).toMatchObject({
      answer: { kind: "approved" },
    });
    for (const text of ["y", "yes", "Retention.yaml", "retention", "retention.yam", ""]) {
      expect(promptStep(asking("retention.yaml"), typed(text)).state).toEqual(asking("retention.yaml"));
    }
  });

  test("can be denied, viewed and left like any other", () => {
    expect(promptStep(asking("x.md"), typed("n")).outputs).toEqual(["reason_question"]);
    expect(promptStep(asking("x.md"), typed("v")).outputs).toContain("whole_preview");
    expect(promptStep(asking("x.md"), typed("l")).state).toMatchObject({ answer: { kind: "later" } });
  });

  test("its word is never an answer, nor something nobody can type", () => {
    const hash = `sha256:c77e41d2${"0".repeat(56)}`;
    expect(confirmationWord("retention.yaml", hash)).toBe("retention.yaml");
    expect(confirmationWord("delete 318 files", hash)).toBe("delete 318 files");
    for (const object of ["n", "Y", "yes", "l", "v", "", "x", "файл", "a\u202Eb", " pad", "x".repeat(60)]) {
      expect(confirmationWord(object, hash)).toBe("approve c77e41d2");
    }
  });
});

test("nothing but the whole word y or the typed word approves, in whatever order things happen", () => {
  let approved = 0;
  let denied = 0;
  const event = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.constantFrom("", "y", "n", "v", "w", "l", "retention.yaml", "yy", "because", "Yes ").map(typed),
    },
    { weight: 4, arbitrary: fc.string({ maxLength: 3 }).map(typed) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<PromptEvent>({ type: "end_of_input" }, { type: "interrupt" }, { type: "withdraw" }),
    },
  );
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 12, size: "max" }),
      fc.constantFrom(null, "retention.yaml"),
      (events, word) => {
        let state = openPrompt(word).state;
        for (const each of events) {
          const before = state;
          const step = promptStep(state, each);
          state = step.state;
          if (before.kind === "closed") expect(step).toEqual({ state: before, outputs: [] });
          if (before.kind === "closed" || state.kind !== "closed") continue;
          if (state.answer.kind === "approved") {
            approved += 1;
            expect(before.kind).toBe("asking");
            const text = each.type === "line" ? each.text.trim() : "";
            expect(word === null ? ["y", "yes"].includes(text.toLowerCase()) : text === word).toBe(true);
          }
          if (state.answer.kind === "denied") {
            denied += 1;
            expect(before.kind).toBe("asking_reason");
            expect(state.answer.reason).not.toBe("");
          }
        }
      },
    ),
    { numRuns: 2_000 },
  );
  expect(approved).toBeGreaterThan(300);
  expect(denied).toBeGreaterThan(100);
});
