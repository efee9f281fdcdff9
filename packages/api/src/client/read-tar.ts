import { extract } from "tar-stream";

/** The files of an archive whose names all lie in one folder, by their names in it; null where it is another archive. */
export async function readTar(folder: string, bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array> | null> {
  const files = new Map<string, Uint8Array>();
  const archive = extract();
  archive.end(Buffer.from(bytes));
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      const own = name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : "";
      if (type !== "file" || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(own)) return null;
      const parts: Uint8Array[] = [];
      for await (const part of entry) parts.push(part);
      files.set(own, Buffer.concat(parts));
    }
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
  return files;
}
