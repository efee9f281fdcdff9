import { devNull } from "node:os";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "@writ/core";
import type { Config, LoadedTemplates } from "@writ/runtime";
import type { Invocation } from "./argv/invocation.ts";
import { loadConfig, workspaceOf } from "./compose.ts";
import { logRows } from "./compose-doctor-log.ts";
import { noticeRows } from "./compose-webhooks.ts";
import { configuredModel, workspaceTemplates } from "./compose-planner.ts";
import { systemSandbox } from "./compose-tools.ts";
import { bad, brokenBy, good, off, warning } from "./views/doctor.ts";
import { counted, duration } from "@writ/core/text/figure";
import type { DoctorRowView } from "./terminal/view.ts";
import type { World } from "./world.ts";

/** Looks at everything a run leans on; whatever is wrong with one part, the others are still told. */
export async function examine(world: World, invocation: Invocation): Promise<readonly DoctorRowView[]> {
  const place = findPlace(world, invocation);
  const root = "root" in place ? place.root : null;
  const config = configOf(world, root);
  const templates = workspaceTemplates(root ?? devNull);
  const log = "root" in place ? await logRows(world, place) : [place];
  const rows = [
    ...log,
    await sandboxRow(world, root),
    ...("policy" in config ? [await modelRow(config, templates), outboundRow(config)] : [config]),
    ...("policy" in config && "root" in place ? await noticeRows(place, config) : []),
    userRow(world),
    ...templateRows(templates),
  ];
  return rows.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

const ORDER = [
  "workspace",
  "journal",
  "sandbox",
  "key",
  "head",
  "config",
  "model",
  "outbound",
  "notices",
  "user",
  "templates",
  "folders",
  "clock",
];

function findPlace(world: World, invocation: Invocation): ReturnType<typeof workspaceOf> | DoctorRowView {
  try {
    return workspaceOf(world, invocation);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    if (error.code !== "workspace_not_found" || invocation.workspace !== null) return brokenBy("workspace", error);
    return off("workspace", "none at or above this folder", "make this folder one with: writ init");
  }
}

function configOf(world: World, root: string | null): Config | DoctorRowView {
  try {
    return loadConfig(world, root);
  } catch (error) {
    if (error instanceof OrchestratorError) return brokenBy("config", error);
    throw error;
  }
}

/** Sends the canary out into the sandbox that runs use, whatever it found before: in a place of its own nothing is remembered. */
async function sandboxRow({ home }: World, root: string | null): Promise<DoctorRowView> {
  const own = join(home.state, "writ");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(own, "doctor-"));
  try {
    const sandbox = systemSandbox(home, root, scratch);
    const { usable, version, duration: took, leaks, remedy } = await sandbox.probe();
    if (usable) return good("sandbox", `${version}, probe passed in ${duration(took)}`);
    const what =
      leaks.length > 0 ? `a probe got out: ${leaks.join(", ")}` : "none; tools that run programs are refused";
    return bad("sandbox", what, remedy);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function modelRow(config: Config, { catalogue }: LoadedTemplates): Promise<DoctorRowView> {
  const count = catalogue?.templates.length ?? 0;
  if (config.model === null) return off("model", `none; ${counted(count, "template")} work without one`, null);
  try {
    await configuredModel(config);
    return good("model", `${config.model.model} at ${config.model.baseUrl}`);
  } catch (error) {
    if (error instanceof OrchestratorError) return brokenBy("model", error);
    throw error;
  }
}

function outboundRow({ policy }: Config): DoctorRowView {
  const { hosts } = policy;
  return hosts.length === 0
    ? off("outbound", "off; no host is allowed", null)
    : good("outbound", `${counted(hosts.length, "host")}: ${hosts.join(", ")}`);
}

/** R18. */
function userRow({ user }: World): DoctorRowView {
  const uid = process.getuid?.() ?? null;
  if (uid !== 0) return good("user", `${user.name}${uid === null ? "" : `, uid ${uid}`}`);
  return warning("user", "root; tools outside the sandbox may touch everything", "work as a user of your own");
}

function templateRows({ catalogue, problems }: LoadedTemplates): readonly DoctorRowView[] {
  const own = catalogue?.templates.filter((template) => template.origin === "workspace").length ?? 0;
  const shipped = (catalogue?.templates.length ?? 0) - own;
  if (problems.length === 0)
    return [good("templates", own === 0 ? `${shipped} shipped` : `${shipped} shipped, ${own} of this workspace`)];
  return problems.map(({ message, place, remedy }) => {
    const { file, line, column } = place ?? {};
    const spot = [file, line, column].filter((part) => part !== undefined).join(":");
    return bad(
      "templates",
      `left out: ${spot === "" ? "" : `${spot} `}${message}`,
      remedy ?? "mend the file, then: writ doctor",
    );
  });
}
