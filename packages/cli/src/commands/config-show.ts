import type { Json } from "@writ/core";
import type { ExitCode, Setting } from "../command-module.ts";
import { configLayers } from "../compose-config.ts";
import { columns } from "../terminal/columns.ts";
import type { Screen } from "../terminal/screen.ts";
import { say, type Line } from "../terminal/span.ts";
import { configRows, type ConfigRow } from "../views/config.ts";

const SOURCES: Readonly<Record<ConfigRow["source"], string>> = {
  default: "default",
  user: "your configuration",
  user_for_this_workspace: "yours, for this workspace",
  environment: "environment",
  workspace: "workspace",
};

/** `writ config show`: every setting as it is in force, with who said so last. */
export async function run({ invocation, terminal, world }: Setting): Promise<ExitCode> {
  const layers = configLayers(world, invocation);
  const rows = configRows(layers);
  const { userFile, workspaceFile } = layers;
  if (invocation.json) {
    terminal.json({ files: { user: userFile, workspace: workspaceFile }, settings: rows });
  } else {
    const screen = terminal.screen();
    terminal.out(
      columns(
        screen,
        2,
        rows.map((row) => cells(screen, row)),
      ),
    );
    if (screen.form === "block") {
      terminal.out([
        [],
        say(screen, "dim", `  yours      ${userFile}`),
        ...(workspaceFile === null
          ? []
          : [say(screen, "dim", `  workspace  ${workspaceFile}, which may only tighten`)]),
      ]);
    }
  }
  return Promise.resolve(0);
}

function cells(screen: Screen, { key, value, source, where }: ConfigRow): readonly Line[] {
  const said = source === "environment" && where !== null ? where : SOURCES[source];
  const isSet = source !== "default";
  return [
    say(screen, isSet ? "strong" : "plain", key),
    say(screen, "plain", textOf(value)),
    say(screen, isSet ? "plain" : "dim", said),
  ];
}

function textOf(value: Json): string {
  if (value === null) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
