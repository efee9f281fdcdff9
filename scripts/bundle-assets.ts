import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";

import type { Plugin } from "rolldown";

/** `new URL("<relative path>", import.meta.url)`, the one way production code names a file that lies beside it. */
const ASSET_URL = /new URL\(\s*(["'])(\.{1,2}\/[^"'\n]*)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * Carries data files and worker entries into the bundle.
 *
 * A file or folder named by `new URL("./x.sql", import.meta.url)` is copied
 * under `assets/`, keeping its path in the repository, and the expression is
 * pointed at the copy. A `.ts` file so named becomes an entry of its own. All
 * chunks lie in one folder, so one relative path is right wherever the code
 * that asks ends up.
 *
 * @param packagesRoot the folder whose sources are ours; other modules are left alone
 */
export function bundleAssets(packagesRoot: string): Plugin {
  return {
    name: "writ-assets",
    transform(code, id) {
      if (!id.startsWith(packagesRoot + sep) || id.includes(`${sep}node_modules${sep}`)) return null;
      const missing: string[] = [];
      const rewritten = code.replace(ASSET_URL, (_match, _quote, path: string) => {
        const target = resolve(dirname(id), path);
        const stats = statSync(target, { throwIfNoEntry: false });
        if (stats === undefined) {
          missing.push(path);
          return _match;
        }
        if (/\.[cm]?ts$/.test(target)) {
          const fileName = `${basename(target).replace(/\.[cm]?ts$/, "")}.mjs`;
          this.emitFile({ type: "chunk", id: target, fileName });
          return `new URL("./${fileName}", import.meta.url)`;
        }
        const place = relative(packagesRoot, target).split(sep).join("/");
        // What lies beside the packages, such as docs/, lies beside them under assets/ too.
        const name = `assets/${place.replace(/^(?:\.\.\/)+/, "")}`;
        const files = stats.isDirectory() ? filesBelow(target) : [""];
        for (const file of files) {
          const fileName = file === "" ? name : `${name}/${file}`;
          this.emitFile({ type: "asset", fileName, source: readFileSync(resolve(target, file)) });
        }
        return `new URL("./${name}${path.endsWith("/") ? "/" : ""}", import.meta.url)`;
      });
      if (missing.length > 0) this.error(`${id} names files that do not exist: ${missing.join(", ")}`);
      return rewritten === code ? null : { code: rewritten, map: null };
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|sim)\.ts$/.test(entry.name))
    .map((entry) => relative(folder, resolve(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
