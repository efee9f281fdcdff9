import type { AskedOnce, TokenRow } from "@writ/runtime";
import { describe, expect, test } from "vitest";

import { aDraft, anApproval, anArtifact, runNumber } from "./store-drafts.ts";
import { type MakeStore, nowAndLater, onFreshLog } from "./store-harness.ts";

const aToken = (id: string, row: Partial<TokenRow> = {}): TokenRow => ({
  token_id: id,
  secret_hash: "a".repeat(64),
  role: "viewer",
  kind: "user",
  user_id: "usr_a",
  label: null,
  login_of: null,
  created_at_ms: 1,
  expires_at_ms: null,
  revoked_at_ms: null,
  ...row,
});

const ASKED: AskedOnce = { token_id: "tok_a", name: "first", fingerprint: "f", at_ms: 10, trace: "{}" };

export function doorsContract(make: MakeStore): void {
  describe("a token", () => {
    test("stays as it was made, and is listed newest first without logins", () =>
      onFreshLog(make, async (store, reopen) => {
        const before = await store.audit.head();
        const named = aToken("tok_b", { label: "for CI", expires_at_ms: 9, role: "approver", kind: "agent" });
        await store.doors.tokens.put(aToken("tok_a"));
        await store.doors.tokens.put(named);
        await store.doors.tokens.put(aToken("tok_c", { login_of: "tok_a" }));
        await nowAndLater(store, reopen, async ({ doors }) => {
          expect(await doors.tokens.get("tok_b")).toEqual(named);
          expect(await doors.tokens.get("tok_x")).toBeNull();
          expect((await doors.tokens.list()).map(({ token_id }) => token_id)).toEqual(["tok_b", "tok_a"]);
        });
        expect(await (await reopen()).audit.head()).toEqual(before);
      }));

    test("is revoked once, with its logins", () =>
      onFreshLog(make, async (store, reopen) => {
        const { tokens } = store.doors;
        await tokens.put(aToken("tok_a"));
        await tokens.put(aToken("tok_b"));
        await tokens.put(aToken("tok_l", { login_of: "tok_a" }));
        expect(await tokens.revoke("tok_a", 20)).toBe(true);
        expect(await tokens.revoke("tok_a", 21)).toBe(false);
        expect(await tokens.revoke("tok_x", 21)).toBe(false);
        await nowAndLater(store, reopen, async ({ doors }) => {
          const at = async (id: string) => (await doors.tokens.get(id))?.revoked_at_ms;
          expect([await at("tok_a"), await at("tok_l"), await at("tok_b")]).toEqual([20, 20, null]);
        });
      }));
  });

  describe("what was answered", () => {
    test("is found under its name by whoever asked, and by nobody else", () =>
      onFreshLog(make, async (store, reopen) => {
        const { answers } = store.doors;
        expect(await answers.begin(ASKED)).toBeNull();
        expect(await answers.begin({ ...ASKED, fingerprint: "g", at_ms: 11 })).toEqual({ ...ASKED, answer: null });
        expect(await answers.begin({ ...ASKED, token_id: "tok_b" })).toBeNull();
        await answers.finish(ASKED, { status: 201, body: "{}" });
        await nowAndLater(store, reopen, async ({ doors }) => {
          expect((await doors.answers.begin(ASKED))?.answer).toEqual({ status: 201, body: "{}" });
        });
      }));

    test("is forgotten when nothing came of it, or after its time", () =>
      onFreshLog(make, async (store) => {
        const { answers } = store.doors;
        await answers.begin(ASKED);
        await answers.drop(ASKED);
        expect(await answers.begin({ ...ASKED, at_ms: 12 })).toBeNull();
        await answers.begin({ ...ASKED, name: "second", at_ms: 13 });
        await answers.forget(13);
        expect(await answers.begin(ASKED)).toBeNull();
        expect(await answers.begin({ ...ASKED, name: "second" })).not.toBeNull();
      }));

    test("is given to one of several who ask at once", () =>
      onFreshLog(make, async (store) => {
        const begun = await Promise.all(Array.from({ length: 20 }, () => store.doors.answers.begin(ASKED)));
        expect(begun.filter((before) => before === null)).toHaveLength(1);
      }));
  });

  test("what was spent is there after a restart", () =>
    onFreshLog(make, async (store, reopen) => {
      await store.doors.spending.write([
        { who: "tok_a", left: 3, at_ms: 10 },
        { who: "all", left: 90, at_ms: 10 },
      ]);
      await store.doors.spending.write([{ who: "tok_a", left: 2.5, at_ms: 11 }]);
      const rows = await (await reopen()).doors.spending.read();
      expect(rows.toSorted((a, b) => (a.who < b.who ? -1 : 1))).toEqual([
        { who: "all", left: 90, at_ms: 10 },
        { who: "tok_a", left: 2.5, at_ms: 11 },
      ]);
    }));

  describe("runs that are looked for", () => {
    test("are found by goal, id, file, tool, person and time, newest first, a page at a time", () =>
      onFreshLog(make, async ({ journal, views }) => {
        const [a, b, c] = [runNumber(0), runNumber(1), runNumber(2)];
        await journal.append(
          aDraft(a, 1, {
            view: { created_at_ms: 10, goal: "Weekly NOTES 50%_of" },
            approvals: [anApproval(a, "apr_a", { tool: "docs.write_doc" })],
            artifacts: [anArtifact(a, "briefs/Today.md")],
          }),
        );
        await journal.append(aDraft(b, 1, { view: { created_at_ms: 20, goal: "brief", started_by: "usr_Z" } }));
        await journal.append(aDraft(c, 1, { view: { created_at_ms: 30, goal: null, status: "failed" } }));
        const found = async (query: object) =>
          (await views.runs({ statuses: [], before: null, limit: 10, ...query })).map(({ run_id }) => run_id);
        expect(await found({ text: "notes" })).toEqual([a]);
        expect(await found({ text: "%_" })).toEqual([a]);
        expect(await found({ text: "BRIEF" })).toEqual([b, a]);
        expect(await found({ text: "briefs/t" })).toEqual([a]);
        expect(await found({ text: "write_doc" })).toEqual([a]);
        expect(await found({ text: c.slice(4) })).toEqual([c]);
        expect(await found({ text: "usr_z" })).toEqual([b]);
        expect(await found({ tool: "docs.write_doc" })).toEqual([a]);
        expect(await found({ tool: "docs.write" })).toEqual([]);
        expect(await found({ since: 20 })).toEqual([c, b]);
        expect(await found({ since: 1, statuses: ["failed"] })).toEqual([c]);
        expect(await found({ since: 1, limit: 1, before: { createdAt: 30, run: c } })).toEqual([b]);
      }));
  });
}
