import type { Problem } from "@writ/core";

import { parseLexicon, type Lexicon } from "./lexicon.ts";
import { parseTemplate } from "./parse-template.ts";
import { malformed } from "./read-yaml.ts";
import { LEXICON_FILE, type TemplateFile } from "./template-file.ts";
import type { ParameterType, Template } from "./template.ts";

export interface TemplateCatalogue {
  readonly lexicon: Lexicon;
  /** Shipped ones first, then by id. */
  readonly templates: readonly Template[];
}

export interface LoadedTemplates {
  /** Null when there is no lexicon, and so no goal can be read. */
  readonly catalogue: TemplateCatalogue | null;
  /** Files that were left out, and why: `template_malformed`, `template_shadowed`. */
  readonly problems: readonly Problem[];
}

/**
 * Templates from the files of the shipped folder and of a workspace. A file with
 * a problem is left out as a whole; of two files with one id the shipped one
 * stands, else the first by name.
 */
export function loadTemplates(files: readonly TemplateFile[]): LoadedTemplates {
  const words = files.find((file) => file.origin === "shipped" && file.name.endsWith(LEXICON_FILE));
  if (words === undefined)
    return { catalogue: null, problems: [malformed(`${LEXICON_FILE} is missing`, { file: LEXICON_FILE })] };
  const lexicon = parseLexicon(words);
  if (!lexicon.ok) return { catalogue: null, problems: lexicon.error };
  const problems: Problem[] = [];
  const byId = new Map<string, Template>();
  for (const file of files.filter((each) => each !== words).toSorted(shippedFirst)) {
    const parsed = parseTemplate(file, lexicon.value);
    if (!parsed.ok) problems.push(...parsed.error);
    else if (byId.has(parsed.value.id)) problems.push(shadowed(file, parsed.value.id));
    else byId.set(parsed.value.id, parsed.value);
  }
  return { catalogue: { lexicon: lexicon.value, templates: [...byId.values()] }, problems };
}

/** What inputs the templates take, so that a command line knows which of them name files. */
export function inputTypes({ templates }: TemplateCatalogue): ReadonlyMap<string, ReadonlySet<ParameterType>> {
  const types = new Map<string, Set<ParameterType>>();
  for (const template of templates) {
    for (const [name, { type }] of template.parameters) types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  return types;
}

function shippedFirst(a: TemplateFile, b: TemplateFile): number {
  if (a.origin !== b.origin) return a.origin === "shipped" ? -1 : 1;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function shadowed(file: TemplateFile, id: string): Problem {
  return {
    code: "template_shadowed",
    message: `${file.name} has the id ${id}, which is another template's; it is left out`,
    place: { file: file.name, field: "id" },
    remedy: "give it an id of its own",
  };
}
