import { pack } from "tar-stream";

/** Files in one folder of an archive, in the order of their names and without times: the same files are the same bytes. */
export async function tarOf(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const archive = pack();
  const mtime = new Date(0);
  for (const [name, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    archive.entry({ name: `${folder}/${name}`, mode: 0o644, mtime }, Buffer.from(bytes));
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part);
  return Buffer.concat(parts);
}
