import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deletes, Served, sketch, writes } from "./served.ts";

/** A workspace in which something of everything has happened: what each page shows when it is not empty. */
export interface Furnished {
  readonly served: Served;
  readonly completed: string;
  /** A run whose one step failed, and that waits for a person's word on it. */
  readonly failed: string;
  readonly waiting: string;
  /** The request of that run. */
  readonly request: string;
  /** A run of several steps, two of which wait. */
  readonly review: string;
}

const RETENTION = [
  "# who keeps what, and for how long",
  "version: 3",
  "owner: data-protection",
  "rules:",
  "  - match: exports/customers/**",
  "    keep_days: 365",
  "    on_expiry: archive",
  "  - match: exports/invoices/**",
  "    keep_days: 3650",
  "    on_expiry: archive",
  "  - match: exports/legal-hold/**",
  "    keep_days: forever",
  "  - match: tmp/**",
  "    keep_days: 7",
  "    on_expiry: delete",
];

export async function furnish(): Promise<Furnished> {
  const served = new Served();
  await served.writ("init", "--json");
  const note = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(served.root, name), lines.map((line) => `${line}\n`).join(""));
  note("release.md", [
    "# Release 2.4",
    "",
    "The release moves to Tuesday.",
    "Decision: the new form ships without the map.",
  ]);
  note("support.md", [
    "# Support week 47",
    "",
    "31 tickets, 4 of them about the same thing.",
    "The mail queue was stuck on Thursday.",
  ]);
  note("retention.md", RETENTION);
  note("old-exports.md", ["# Old exports", "", "Nobody needs these."]);
  await served.start();
  const completed = await finished(served, "Find new docs from the last 24 hours and summarize them");
  const denied = await served.asks(writes("team-mail.md", "To everybody\n", "Tell the whole team about the draft"));
  await served.api("POST", `/approvals/${await requestOf(served, denied)}/deny`, { reason: "wrong recipients" });
  const failed = await served.asks(
    sketch([{ id: "read_sheet", tool: "docs.get_doc", params: { path: "ledger.md" } }], "Import the September ledger"),
  );
  const cancelled = await served.asks(writes("rename.md", "x\n", "Rename the project everywhere"));
  await served.api("POST", `/tasks/${cancelled}/cancel`, { reason: "not this week" });
  const review = await served.asks(sketch(REVIEW, "Look for the release in every note, then write it down"));
  await served.asks(deletes("old-exports.md", "Purge exports nobody needs"));
  const changed = [...RETENTION.with(5, "    keep_days: 90").with(6, "    on_expiry: delete")];
  changed.splice(7, 0, "    log: exports/purge.md");
  changed.splice(11, 2);
  const waiting = await served.asks(
    writes("retention.md", `${changed.join("\n")}\n`, "Shorten how long customer exports are kept"),
  );
  await requestOf(served, review);
  return { served, completed, failed, waiting, request: await requestOf(served, waiting), review };
}

const REVIEW = [
  { id: "find_release", tool: "docs.search_docs", params: { query: "release" } },
  { id: "find_support", tool: "docs.search_docs", params: { query: "support" }, depends_on: ["find_release"] },
  { id: "list_notes", tool: "files.list", params: {}, depends_on: ["find_release"] },
  {
    id: "write_findings",
    tool: "docs.write_doc",
    params: { path: "findings.md", text: "# Findings\n\nThe release moves to Tuesday.\n" },
    depends_on: ["find_support", "list_notes"],
  },
  {
    id: "write_index",
    tool: "docs.write_doc",
    params: { path: "index.md", text: "# Index\n" },
    depends_on: ["find_support", "list_notes"],
  },
];

/** The request that a run waits on, once it does. */
export async function requestOf(served: Served, run: string): Promise<string> {
  for (let left = 200; left > 0; left -= 1) {
    const { items } = await served.api<{ items: { approval_id: string }[] }>("GET", `/approvals?task=${run}`);
    if (items[0] !== undefined) return items[0].approval_id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${run} asked nobody`);
}

/** A goal, planned, run, approved, completed. */
async function finished(served: Served, goal: string): Promise<string> {
  const { id } = await served.api<{ id: string }>("POST", "/tasks", { goal });
  await served.api("POST", `/tasks/${id}/run`, {});
  await served.api("POST", `/approvals/${await requestOf(served, id)}/approve`, {});
  for (let left = 200; left > 0; left -= 1) {
    if ((await served.api<{ status: string }>("GET", `/tasks/${id}`)).status === "completed") return id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} did not end`);
}
