import {
  asciiLower,
  type ApprovalView,
  type ArtifactView,
  erasedApproval,
  erasedRun,
  newestFirst,
  OrchestratorError,
  parseId,
  type RunId,
  type RunView,
  soonestFirst,
  type ViewChanges,
} from "@writ/core";
import type { ApprovalPosition, ApprovalQuery, RunQuery, Views } from "@writ/runtime";

/** Rows that replace each other, kept by name. */
export class MemoryViews implements Views {
  readonly #runs = new Map<string, RunView>();
  readonly #approvals = new Map<string, ApprovalView>();
  readonly #artifacts = new Map<string, ArtifactView>();

  write({ run, approvals, artifacts }: ViewChanges): void {
    this.#runs.set(run.run_id, run);
    for (const approval of approvals) this.#approvals.set(approval.approval_id, approval);
    for (const artifact of artifacts)
      this.#artifacts.set(`${artifact.path}\n${artifact.run_id}\n${artifact.step}`, artifact);
  }

  erase(run: string): void {
    const view = this.#runs.get(run);
    if (view !== undefined) this.#runs.set(run, erasedRun(view));
    for (const approval of this.#approvals.values()) {
      if (approval.run_id === run) this.#approvals.set(approval.approval_id, erasedApproval(approval));
    }
    for (const [name, artifact] of this.#artifacts) if (artifact.run_id === run) this.#artifacts.delete(name);
  }

  async run(id: RunId): Promise<RunView | null> {
    return this.#runs.get(id) ?? null;
  }

  async complete(kind: "run" | "approval", prefix: string, limit: number): Promise<readonly string[]> {
    const ids = kind === "run" ? this.#runs.keys() : this.#approvals.keys();
    return [...ids]
      .filter((id) => id.startsWith(prefix))
      .toSorted()
      .slice(0, limit);
  }

  async runs({ statuses, before, limit, text, tool, since = 0 }: RunQuery): Promise<readonly RunView[]> {
    const isBefore = ({ created_at_ms, run_id }: RunView): boolean =>
      before === null ||
      created_at_ms < before.createdAt ||
      (created_at_ms === before.createdAt && run_id < before.run);
    const isWanted = (view: RunView): boolean =>
      (statuses.length === 0 || statuses.includes(view.status)) &&
      view.created_at_ms >= since &&
      (tool === undefined || this.#toolsOf(view.run_id).includes(tool)) &&
      (text === undefined || this.#tells(view, asciiLower(text))) &&
      isBefore(view);
    return [...this.#runs.values()].filter(isWanted).toSorted(newestFirst).slice(0, limit);
  }

  #toolsOf(run: string): readonly string[] {
    return [...this.#approvals.values()].filter(({ run_id }) => run_id === run).map(({ tool }) => tool);
  }

  #tells(view: RunView, part: string): boolean {
    const { run_id: run, goal, started_by: by } = view;
    const files = [...this.#artifacts.values()].filter(({ run_id }) => run_id === run).map(({ path }) => path);
    const texts = [goal ?? "", ...this.#toolsOf(run), ...files].map(asciiLower);
    const id = part.startsWith("run_") ? part : `run_${part}`;
    return run.startsWith(id) || asciiLower(by) === part || texts.some((text) => text.includes(part));
  }

  async approval(id: string): Promise<ApprovalView | null> {
    return this.#approvals.get(id) ?? null;
  }

  async approvals({ statuses, run, after, limit }: ApprovalQuery): Promise<readonly ApprovalView[]> {
    const isWanted = (view: ApprovalView): boolean =>
      (statuses.length === 0 || statuses.includes(view.status)) &&
      (run === null || view.run_id === run) &&
      (after === undefined || isBehind(after, view.expires_at_ms, view.approval_id));
    return [...this.#approvals.values()].filter(isWanted).toSorted(soonestFirst).slice(0, limit);
  }

  async countApprovals({ statuses, after }: Pick<ApprovalQuery, "statuses" | "after">): Promise<number> {
    const every = { statuses, run: null, limit: this.#approvals.size };
    return (await this.approvals(after === undefined ? every : { ...every, after })).length;
  }

  async waiting(after: ApprovalPosition | null, limit: number): Promise<readonly ApprovalView[]> {
    return [...this.#approvals.values()]
      .filter(({ status }) => status === "waiting")
      .filter((view) => after === null || isBehind(after, view.requested_at_ms, view.approval_id))
      .toSorted((a, b) => compareKeys([a.requested_at_ms, a.approval_id], [b.requested_at_ms, b.approval_id]))
      .slice(0, limit);
  }

  async artifacts(run: RunId): Promise<readonly ArtifactView[]> {
    const key = ({ at_ms, path, step }: ArtifactView): readonly [number, string, string] => [at_ms, path, step];
    return [...this.#artifacts.values()]
      .filter(({ run_id }) => run_id === run)
      .toSorted((a, b) => compareKeys(key(a), key(b)));
  }

  async countRuns(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { status } of this.#runs.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  async unfinished(): Promise<readonly { readonly run: RunId; readonly wakeAt: number | null }[]> {
    const open = [...this.#runs.values()].filter(({ ended_at_ms }) => ended_at_ms === null);
    return open
      .toSorted((a, b) => (a.run_id < b.run_id ? -1 : 1))
      .map((view) => ({ run: runIdOf(view.run_id), wakeAt: view.wake_at_ms }));
  }

  async writtenPaths(): Promise<ReadonlySet<string>> {
    return new Set([...this.#artifacts.values()].map(({ path }) => path));
  }

  async rebuild(rows: AsyncIterable<ViewChanges>): Promise<void> {
    const gone = new Set(this.#runs.keys());
    for await (const changes of rows) {
      const { run_id, version } = changes.run;
      gone.delete(run_id);
      if ((this.#runs.get(run_id)?.version ?? 0) > version) continue;
      this.#drop(run_id);
      this.write(changes);
    }
    for (const run of gone) this.#drop(run);
  }

  #drop(run: string): void {
    this.#runs.delete(run);
    for (const [id, approval] of this.#approvals) if (approval.run_id === run) this.#approvals.delete(id);
    for (const [name, artifact] of this.#artifacts) if (artifact.run_id === run) this.#artifacts.delete(name);
  }
}

function isBehind(after: ApprovalPosition, at: number, approval: string): boolean {
  return compareKeys([after.at, after.approval], [at, approval]) < 0;
}

function compareKeys(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [left = 0, right = 0] = [a[at], b[at]];
  return left < right ? -1 : Number(left > right);
}

function runIdOf(text: string): RunId {
  const id = parseId("run", text);
  if (id.ok) return id.value;
  throw new OrchestratorError("database_corrupt", "a run in the lists has no proper name", { details: { run: text } });
}
