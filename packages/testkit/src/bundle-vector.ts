import { asObject, asText, vectors } from "./vectors.ts";

/** The files of a bundle in `spec/vectors`: there a character is a byte. */
export function bundleVector(name: string): ReadonlyMap<string, Uint8Array> {
  const files = Object.entries(asObject(vectors(name)["files"]));
  return new Map(files.map(([file, text]) => [file, Buffer.from(asText(text), "latin1")]));
}

/** A copy of the bundle with one edit of `bundle-tampered` made. */
export function edited(
  files: ReadonlyMap<string, Uint8Array>,
  edit: Readonly<Record<string, unknown>>,
): Map<string, Uint8Array> {
  const copy = new Map<string, Uint8Array>([...files].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
  const [kind = "", place] = Object.entries(edit)[0] ?? [];
  if (kind === "add_file") copy.set(String(place), Buffer.from("a note\n"));
  else if (kind === "remove_file") copy.delete(String(place));
  else if (kind === "drop_frame")
    copy.set("blobs", withoutFrame(copy.get("blobs") ?? new Uint8Array(), frameIndex(place)));
  else if (kind.endsWith("_line") || kind.endsWith("_lines")) editLines(copy, kind, place);
  else flip(copy, edit);
  return copy;
}

function flip(files: Map<string, Uint8Array>, edit: Readonly<Record<string, unknown>>): void {
  const bytes = files.get(String(edit["file"])) ?? new Uint8Array();
  const offset = Number(edit["offset"]);
  bytes[offset] = (bytes[offset] ?? 0) ^ Number(edit["xor"]);
}

function editLines(files: Map<string, Uint8Array>, kind: string, place: unknown): void {
  const { file, line } = lineOf(place);
  const lines = Buffer.from(files.get(file) ?? new Uint8Array())
    .toString("latin1")
    .split("\n");
  const here = lines[line - 1] ?? "";
  if (kind === "drop_line") lines.splice(line - 1, 1);
  if (kind === "swap_lines") lines.splice(line - 1, 2, lines[line] ?? "", here);
  if (kind === "duplicate_line") lines.splice(line - 1, 0, here);
  files.set(file, Buffer.from(lines.join("\n"), "latin1"));
}

function lineOf(place: unknown): { readonly file: string; readonly line: number } {
  if (typeof place !== "object" || place === null || !("file" in place) || !("line" in place))
    throw new TypeError("no line");
  return { file: String(place.file), line: Number(place.line) };
}

function frameIndex(place: unknown): number {
  return typeof place === "object" && place !== null && "index" in place ? Number(place.index) : -1;
}

/** Without the frame of this number, counted from 0. */
export function withoutFrame(blobs: Uint8Array, index: number): Uint8Array {
  const bytes = Buffer.from(blobs);
  let start = 0;
  for (let count = 0; ; count += 1) {
    const end = bytes.indexOf(10, start);
    const length = Number(bytes.toString("latin1", start, end).split(" ").at(-1));
    const next = end + 1 + length + 1;
    if (count === index) return Buffer.concat([bytes.subarray(0, start), bytes.subarray(next)]);
    start = next;
  }
}
