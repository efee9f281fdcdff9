import { POLICY_MODES } from "@writ/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { client, type Tool } from "../api/connection.ts";
import { Dialog } from "../piece/dialog.tsx";
import { ProblemNote } from "../piece/problem.tsx";
import { Segment } from "../piece/segment.tsx";
import { Shown } from "../text/shown.tsx";
import { DecisionMark } from "./decision-mark.tsx";

type Args = NonNullable<Parameters<typeof client.call<"test_policy">>[1]["body"]["args"]>;
type Mode = (typeof POLICY_MODES)[number];

/** Asks the policy about a call that is not made. */
export function TryCall({
  tools,
  onClose,
}: {
  readonly tools: readonly Tool[];
  readonly onClose: () => void;
}): ReactNode {
  const [tool, setTool] = useState(tools[0]?.name ?? "");
  const [text, setText] = useState("{}");
  const [mode, setMode] = useState<Mode>("constrained");
  const args = objectIn(text);
  const test = useMutation({
    mutationFn: (given: Args) => client.call("test_policy", { body: { tool, args: given, mode } }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (args !== null) test.mutate(args);
  };
  return (
    <Dialog title="Try a call" onClose={onClose}>
      <p className="soft">Nothing is called: this is what the policy would answer.</p>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span className="nowrap">Tool</span>
          <select value={tool} onChange={(event) => setTool(event.target.value)}>
            {tools.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field tall">
          <span className="nowrap">Arguments</span>
          <textarea
            className="mono"
            rows={4}
            value={text}
            onChange={(event) => setText(event.target.value)}
            spellCheck={false}
          />
        </label>
        <Segment
          label="Mode"
          options={POLICY_MODES.map((each) => [each, each] as const)}
          value={mode}
          onChange={setMode}
        />
        <div className="row">
          <button type="submit" className="btn primary" disabled={args === null || test.isPending}>
            Ask the policy
          </button>
          <span className="muted grow">{args === null ? "The arguments are not a JSON object." : ""}</span>
          <button type="button" className="btn" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
      {test.error === null ? null : <ProblemNote error={test.error} />}
      {test.data === undefined ? null : (
        <div role="status" className="stack">
          <DecisionMark decision={test.data.decision} />
          <ul>
            {test.data.rules.map(({ id, says }) => (
              <li key={id}>
                <b>
                  <Shown text={id} />
                </b>
                : <Shown text={says} />
              </li>
            ))}
            {test.data.problems.map(({ at, message }) => (
              <li key={`${at}${message}`} className="soft">
                <Shown text={at} /> <Shown text={message} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Dialog>
  );
}

/** The object that a text spells; null for anything else. */
function objectIn(text: string): Args | null {
  try {
    const value: unknown = JSON.parse(text);
    return isArgs(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isArgs(value: unknown): value is Args {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
