/**
 * What the terminal shows, as plain data. Instants are epoch milliseconds,
 * durations milliseconds, money millicents, digests `sha256:` and 64 hex
 * digits. Ids are given as they are to be shown. Any text may be anybody's:
 * views treat all of it as foreign.
 */
import type { ApprovalMode, Preview, RunStatus, StepPublicStatus } from "@writ/core";

/** A plan before anything has run. */
export interface PlanView {
  readonly plan: string;
  readonly steps: readonly PlanStepView[];
  readonly policyMode: string;
  readonly estimate: EstimateView;
  readonly limits: LimitsView;
  /** The command that runs it. */
  readonly runWith: string;
}

export interface PlanStepView {
  readonly name: string;
  readonly needs: readonly string[];
  /** The tool's name; for a step without one, what it is: `gate`, `check`. */
  readonly tool: string;
  /** Null for a step that calls no tool. */
  readonly reach: ApprovalMode | null;
  /** What policy answers in the present mode. */
  readonly answer: "runs" | "asks" | "refused";
  /** Said after the answer: `local model`, a rule's name. */
  readonly note: string | null;
}

export interface EstimateView {
  readonly toolCalls: number;
  readonly tokens: number;
  readonly costMillicents: number;
  readonly workMs: number;
}

export interface LimitsView {
  readonly steps: number;
  readonly tokens: number;
  readonly costMillicents: number;
  readonly wallMs: number;
  /** Where they come from: `your budget`. */
  readonly source: string;
}

/** The head of a run: what is wanted, and the plan in one line. */
export interface RunHeadView {
  /** Null where the command line just said it. */
  readonly goal: string | null;
  readonly steps: readonly { readonly name: string; readonly needs: readonly string[]; readonly gated: boolean }[];
  /** Null where verifying was not measured. */
  readonly verifiedMs: number | null;
  readonly planHash: string;
}

/** One step as a row of a list. */
export interface StepRowView {
  readonly name: string;
  readonly state: StepPublicStatus;
  /** One clause: `3 new documents of 12`, `after draft_patch`. */
  readonly detail: string;
  /** Time worked; null before it started and while it waits. */
  readonly tookMs: number | null;
}

/** A request for somebody's decision, with everything it rests on. */
export interface ApprovalView {
  /** In full: deciding takes nothing less. */
  readonly approval: string;
  readonly reach: ApprovalMode;
  readonly preview: Preview;
  readonly expiresAt: number;
  /** What became of it, in words; null while it waits. */
  readonly decided: string | null;
  /** The instant it is shown. */
  readonly now: number;
  /** Why a person is asked, most telling first; a prompt shows the others on `w`. At least one. */
  readonly reasons: readonly string[];
  readonly basis: BasisView | null;
  readonly bindingHash: string;
  /** Every bound field (R4) with its value, in order. */
  readonly bound: readonly { readonly field: string; readonly value: string }[];
}

export interface BasisView {
  /** `3 documents`. */
  readonly what: string;
  readonly frozenAt: number;
  readonly moved: readonly MovedView[];
}

/** Evidence that is no longer what it was when the request was made. */
export interface MovedView {
  /** `The file`. */
  readonly what: string;
  readonly agoMs: number;
  /** `line 6 is now keep_days: 400, not 365`. */
  readonly change: string;
}

export interface ApprovalRowView {
  readonly approval: string;
  /** A prefix that names it alone, for commands that read. */
  readonly shortId: string;
  readonly reach: ApprovalMode;
  readonly title: string;
  readonly evidence: "unchanged" | "moved";
  readonly leftMs: number;
}

export interface ApprovalListView {
  readonly rows: readonly ApprovalRowView[];
  /** Requests behind these rows, and the command that shows them. */
  readonly more: { readonly count: number; readonly command: string } | null;
}

/** What became of a request somebody decided. */
export type DecisionView =
  | { readonly kind: "approved"; readonly title: string; readonly run: string }
  | { readonly kind: "denied"; readonly title: string; readonly run: string }
  | {
      readonly kind: "moved";
      readonly reach: ApprovalMode;
      readonly title: string;
      readonly moved: readonly MovedView[];
      /** The command that shows the new request; null where there is none yet. */
      readonly next: string | null;
    };

/** How a run came to rest. */
export type RunEndView =
  | {
      readonly kind: "completed";
      readonly workedMs: number;
      readonly waitedMs: number;
      readonly clauses: readonly string[];
    }
  | {
      readonly kind: "rejected";
      readonly step: string;
      readonly by: string;
      readonly reason: string;
      readonly clauses: readonly string[];
    }
  | { readonly kind: "waiting"; readonly step: string; readonly until: number; readonly next: string }
  | {
      readonly kind: "other";
      readonly state: RunStatus;
      readonly sentence: string;
      /** The next command; null where nothing can be done. */
      readonly next: string | null;
    };

/** The end of a run with its proof. */
export interface ReceiptView {
  readonly run: string;
  readonly wrote: readonly { readonly path: string; readonly digest: string }[];
  readonly approved: readonly { readonly by: string; readonly at: number; readonly scope: string }[];
  /** Rules that let a step run without asking. */
  readonly lifted: readonly string[];
  readonly log: {
    readonly entries: number;
    readonly verdict: "intact" | "not_intact";
    readonly signature: "signed" | "pending";
    readonly head: string;
  };
  /** Null where the run was not replayed. */
  readonly replay: { readonly facts: number; readonly verdict: "same" | "different" } | null;
}

export interface SuggestionView {
  readonly command: string;
  /** Null where the command says it itself. */
  readonly purpose: string | null;
}

/** One row of `writ list`. */
export interface RunRowView {
  readonly run: string;
  readonly shortId: string;
  readonly state: RunStatus;
  readonly goal: string;
  /** What happened, or what it waits for: one clause. */
  readonly clause: string;
  readonly at: number;
  readonly workedMs: number;
}

export interface RunListView {
  readonly now: number;
  readonly needsYou: readonly RunRowView[];
  readonly running: readonly RunRowView[];
  readonly ended: readonly RunRowView[];
  /** Runs that are not in the lists above, and the command that shows them. */
  readonly more: { readonly count: number; readonly command: string } | null;
}

/** One run as `writ show` opens it. */
export interface RunShowView {
  readonly run: string;
  readonly state: RunStatus;
  readonly workedMs: number;
  readonly waitedMs: number;
  readonly goal: string;
  readonly startedBy: string;
  readonly startedAt: number;
}

/** A fact, as people follow it. */
export interface FollowedFactView {
  readonly at: number;
  /** The step it is about, else the fact's name. */
  readonly name: string;
  readonly tone: "neutral" | "good" | "bad" | "asks" | "doubt";
  readonly detail: string;
}

/** A fact, as programs and logs take it: one line. */
export interface FactLineView {
  readonly at: number;
  readonly noun: string;
  /** Null for the plan, of which there is one. */
  readonly name: string | null;
  readonly state: string;
  readonly tookMs: number | null;
  /** Words, ids and digests, as they are. */
  readonly words: readonly string[];
  readonly values: readonly { readonly key: string; readonly value: string | number }[];
  /** Free text, quoted; null where there is none. */
  readonly text: string | null;
}

/** A replay of what was recorded. */
export type ReplayView =
  | { readonly kind: "same"; readonly facts: number }
  | {
      readonly kind: "different";
      /** From 1. */
      readonly fact: number;
      readonly of: number;
      readonly step: string;
      /** The same clauses on both sides, in the same order. */
      readonly recorded: readonly string[];
      readonly derived: readonly string[];
      /** The input that moved; null where no input did. */
      readonly input: { readonly what: string; readonly was: string; readonly is: string } | null;
      readonly next: SuggestionView | null;
    };

/** What another policy would have decided. */
export type PolicyReplayView =
  | { readonly kind: "same"; readonly facts: number }
  | {
      readonly kind: "different";
      readonly fact: number;
      readonly step: string;
      /** First and last name before the difference, and how many facts they span. */
      readonly before: { readonly from: string; readonly to: string; readonly facts: number } | null;
      readonly recorded: string;
      readonly recordedPolicy: string;
      readonly derived: string;
      readonly derivedPolicy: string;
      /** `rule no-retry-on-red, strict.yaml:14`. */
      readonly decidedBy: string;
      readonly later: number;
    };

/** What `writ audit verify` found. */
export type AuditView =
  | {
      readonly kind: "intact";
      readonly entries: number;
      readonly tookMs: number;
      readonly head: string;
      /** The newest signature; null while there is none. */
      readonly signed: {
        readonly at: number;
        readonly entries: number;
        readonly by: string;
        readonly key: string;
      } | null;
      /** What no signed head covers; null where nothing is left. */
      readonly unsigned: {
        readonly entries: number;
        /** Null where it cannot be told. */
        readonly since: number | null;
        /** Null while it is usual that a signature is still to come. */
        readonly code: "head_unsigned" | null;
      } | null;
      /** Null where no earlier head is known. */
      readonly since: { readonly at: number; readonly entries: number } | null;
      readonly now: number;
    }
  | {
      readonly kind: "not_intact";
      /** One sentence: `Entry 47,904 of 48,213 was changed.` */
      readonly finding: string;
      readonly compared: readonly { readonly what: string; readonly value: string }[];
      /** What is still good: `Entries 1 to 47,903 are intact up to the head signed at 13:58.` */
      readonly good: string | null;
      readonly advice: string;
      readonly next: string | null;
    };

export interface DoctorView {
  readonly rows: readonly DoctorRowView[];
  /** Said after the number of problems. */
  readonly consequence: string;
}

export interface DoctorRowView {
  /** A warning is no problem: nothing is broken, and somebody should know. */
  readonly state: "good" | "off" | "warning" | "broken";
  readonly name: string;
  readonly detail: string;
  /** What to do; null where there is nothing. */
  readonly remedy: string | null;
}

/** What stopped a command. */
export interface ErrorView {
  /** One sentence that ends in what to do next. Commands in it stand after a colon and begin with `writ`. */
  readonly sentence: string;
  /** Null where every finding has a code of its own. */
  readonly code: string | null;
  readonly findings: readonly FindingView[];
}

/** One objection to an input. */
export interface FindingView {
  /** `brief.yaml:7:5`, `step draft_patch`, `/params/x`; empty where it is about the whole. */
  readonly place: string;
  readonly code: string;
  readonly message: string;
  readonly source: SourceLineView | null;
  /** `did you mean "depends_on"?`, or what to do. */
  readonly hint: string | null;
}

/** The line of a file a finding is about. */
export interface SourceLineView {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
  readonly text: string;
}
