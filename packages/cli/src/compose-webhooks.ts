import { readSqliteStore } from "@writ/adapters/sqlite/store";
import type { WorkspacePaths } from "@writ/adapters/workspace/layout";
import { type Desk, outgoingStatus, type Config, type DestinationStatus, type OutgoingStatus } from "@writ/runtime";
import { destinationsOf } from "./compose-outgoing.ts";
import { counted } from "@writ/core/text/figure";
import type { DoctorRowView } from "./terminal/view.ts";
import { good, rowOf, warning } from "./views/doctor.ts";
import { errorWords } from "./views/outgoing.ts";

/** How it stands with everybody who is told outside. */
export function outgoingOf({ store, config }: Pick<Desk, "store" | "config">): Promise<OutgoingStatus> {
  return outgoingStatus(store, destinationsOf(config));
}

/** Rows for `writ doctor`; none where nobody is told and nothing was given up. */
export async function noticeRows(paths: WorkspacePaths, config: Config): Promise<readonly DoctorRowView[]> {
  const rows: DoctorRowView[] = [];
  const last = await rowOf("notices", async () => {
    const store = await readSqliteStore(paths);
    try {
      const { destinations, deadElsewhere } = await outgoingOf({ store, config });
      rows.push(...destinations.map(noticeRow));
      return deadElsewhere === 0
        ? good("notices", "")
        : warning("notices", `${counted(deadElsewhere, "dead letter")} for nobody who is configured`, DEAD);
    } finally {
      await store.close();
    }
  });
  return last.state === "good" ? rows : [...rows, last];
}

const DEAD = "see them with: writ webhooks list --dead";

function noticeRow({
  name,
  address,
  state,
  why,
  pending,
  unqueued,
  delivered,
  dead,
  newestError,
}: DestinationStatus): DoctorRowView {
  if (state === "gone")
    return warning(
      "notices",
      `${name} (${address}): ${why ?? ""}`,
      "it is left alone until you change or remove it in your configuration",
    );
  if (state === "unready")
    return warning(
      "notices",
      `${name}: ${why ?? ""}; ${counted(pending + unqueued, "notice")} wait`,
      "set it where Writ runs",
    );
  const wrong = newestError === null ? "" : `, last: ${errorWords(newestError)}`;
  if (dead > 0) return warning("notices", `${name}: ${counted(dead, "dead letter")}${wrong}`, DEAD);
  return good("notices", `${name} (${address}): ${delivered} delivered, ${pending + unqueued} pending${wrong}`);
}
