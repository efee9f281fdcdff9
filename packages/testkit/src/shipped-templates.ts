import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { SHIPPED_TEMPLATES, type TemplateFile } from "@writ/runtime";

/** The files a release ships, as the command line hands them in. */
export function shippedTemplates(): readonly TemplateFile[] {
  const folder = fileURLToPath(SHIPPED_TEMPLATES);
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name: `templates/${name}`, text: readFileSync(`${folder}${name}`, "utf8"), origin: "shipped" }));
}
