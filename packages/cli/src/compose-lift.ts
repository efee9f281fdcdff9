import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileError } from "@writ/adapters/files/file-error";
import { OrchestratorError, type Lift } from "@writ/core";
import { liftDocument, readConfig } from "@writ/runtime";
import { isMap, isSeq, parseDocument, type Document } from "yaml";
import { userConfigFile, userConfigText } from "./compose-config.ts";
import type { World } from "./world.ts";

/**
 * Writes a lift into the user's own configuration, under the path of one
 * workspace; whatever else stands there stays, comments included.
 *
 * @returns the file
 * @throws OrchestratorError `config_invalid` if the file is not right as it is, `workspace_read_only`, `disk_full`, `file_io`
 */
export function addLift(world: World, root: string, lift: Lift): string {
  const document = openConfig(world);
  const lifts = document.getIn(pathOf(root));
  const written = document.createNode(liftDocument(lift));
  if (isSeq(lifts)) lifts.add(written);
  else document.setIn(pathOf(root), document.createNode([liftDocument(lift)]));
  return save(world, root, document);
}

/**
 * Takes a lift of one workspace back.
 *
 * @throws OrchestratorError `rule_not_found`, and what `addLift` throws
 */
export function removeLift(world: World, root: string, id: string): string {
  const document = openConfig(world);
  const lifts = document.getIn(pathOf(root));
  const at = isSeq(lifts) ? lifts.items.findIndex((item) => isMap(item) && item.get("id") === id) : -1;
  if (!isSeq(lifts) || at === -1) throw noLift(world, id);
  if (lifts.items.length === 1) document.deleteIn(pathOf(root));
  else lifts.delete(at);
  return save(world, root, document);
}

function noLift(world: World, id: string): OrchestratorError {
  const general = readConfig({ user: source(world), workspace: null, environment: {}, root: null }).policy.lifts;
  const message = general.some((lift) => lift.id === id)
    ? `${id} holds for every workspace; take it out of ${userConfigFile(world)} by hand`
    : `there is no lift ${id} for this workspace; see them with: writ policy show`;
  return new OrchestratorError("rule_not_found", message);
}

function pathOf(root: string): readonly string[] {
  return ["workspaces", root, "lifts"];
}

function source(world: World): { readonly file: string; readonly text: string } | null {
  const text = userConfigText(world);
  return text === null ? null : { file: userConfigFile(world), text };
}

function openConfig(world: World): Document {
  const document: Document = parseDocument(userConfigText(world) ?? "");
  if (document.contents === null) document.contents = document.createNode({});
  return document;
}

/** The new text is read as configuration before it takes the old one's place, whole or not at all. */
function save(world: World, root: string, document: Document): string {
  const file = userConfigFile(world);
  const text = document.toString();
  // What was wrong before is wrong now, so that a file with a problem is not written to.
  readConfig({ user: { file, text }, workspace: null, environment: {}, root });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replace(existsSync(file) ? realpathSync(file) : file, text);
  } catch (error) {
    throw fileError(error, file, "write");
  }
  return file;
}

function replace(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(draft, "wx", 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
