import { APPROVAL_MODES, POLICY_MODES } from "@writ/core";
import { counted } from "@writ/core/text/figure";
import type { ReactNode } from "react";
import type { Policy } from "../api/connection.ts";
import { TierTag } from "../piece/tier-tag.tsx";
import { dayOf, instantOf } from "../system/clock.ts";
import { Shown } from "../text/shown.tsx";
import { DecisionMark } from "./decision-mark.tsx";

/** Who is asked, by reach and mode; the mode in force is framed. */
export function Matrix({ policy }: { readonly policy: Policy }): ReactNode {
  const { mode: present, matrix } = policy;
  return (
    <section className="card">
      <header>
        <h2 className="grow">Who is asked, by reach and mode</h2>
        <span className="muted">this workspace: {present}</span>
      </header>
      <table className="matrix">
        <thead>
          <tr>
            <th scope="col">Reach</th>
            {POLICY_MODES.map((mode) => (
              <th key={mode} scope="col" className={mode === present ? "here" : ""}>
                {mode}
                {mode === present ? ", now" : ""}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(["plan", ...APPROVAL_MODES] as const).map((row) => (
            <tr key={row}>
              <th scope="row">{row === "plan" ? "the plan itself" : <TierTag tier={row} />}</th>
              {POLICY_MODES.map((mode) => {
                const decision = matrix[row]?.[mode];
                return (
                  <td key={mode} className={mode === present ? "here" : ""}>
                    {decision === undefined || (row === "plan" && decision === "permit") ? (
                      <span className="muted">not asked</span>
                    ) : (
                      <DecisionMark decision={decision} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Rules with names: what is refused or asked beyond the modes, and which gates are lifted, within which bounds. */
export function Rules({ policy }: { readonly policy: Policy }): ReactNode {
  const { rules, lifts, gates, hosts } = policy;
  const verb = { forbid: "refuses", gate: "asks before", require: "demands" } as const;
  const rows = [
    ...lifts.map(({ id, tool, when, folder, expires }) => ({
      id,
      says: `lifts the gate of ${tool}${folder === undefined ? "" : ` in ${folder}`}${when === undefined ? "" : ` when ${when}`}`,
      expires: expires === undefined ? "never" : dayOf(instantOf(expires)),
    })),
    ...rules.map(({ id, effect, tool, when }) => ({
      id,
      says: `${verb[effect]} ${tool}${when === null ? "" : ` when ${when}`}`,
      expires: "never",
    })),
    ...gates.map(({ id, role, quorum }) => ({
      id,
      says: `asks whoever has the role ${role}, quorum ${quorum}`,
      expires: "never",
    })),
  ];
  return (
    <section className="card">
      <header>
        <h2 className="grow">Named rules</h2>
        <span className="muted">{counted(rows.length, "rule")} in force</span>
      </header>
      <table className="lg rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Expires</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, says, expires }) => (
            <tr key={id}>
              <td>
                <b>
                  <Shown text={id} />
                </b>
                <div>
                  <Shown text={says} />
                </div>
              </td>
              <td>{expires}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="cell muted small">
        {hosts.length === 0 ? (
          "Outbound is off: no host is allowed."
        ) : (
          <>
            Hosts: <Shown text={hosts.join(", ")} />
          </>
        )}{" "}
        The furthest reach allowed is {policy.ceiling}.
      </p>
    </section>
  );
}
