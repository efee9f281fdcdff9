import { documentKind } from "../docs-index/document-kind.ts";
import { titleOf } from "../docs-index/title.ts";
import { commentsOf } from "../llm/extractive/comments.ts";
import type { Source } from "../llm/extractive/statements.ts";
import type { DocumentParam } from "./document-schema.ts";

export interface GivenSources {
  readonly sources: readonly Source[];
  /** What was not given whole, for people. */
  readonly notices: readonly string[];
}

interface Given {
  readonly documents: readonly DocumentParam[];
  readonly text?: string | undefined;
}

/** The path of the parameter `text`, as a source. */
export const OWN_TEXT = "text";

/** The texts to work from; the parameter `text`, which may be a draft, comes last. */
export function sourcesOf({ documents, text }: Given): GivenSources {
  const given = documents.flatMap((document) =>
    document.text === undefined ? [] : [toSource(document, document.text)],
  );
  const bare = documents.filter((document) => document.text === undefined).map(({ path }) => path);
  const cut = documents.filter(
    ({ text, text_cut, truncated }) => text !== undefined && ((text_cut ?? 0) > 0 || truncated === true),
  );
  const own: Source[] =
    text === undefined || text.trim() === ""
      ? []
      : [{ path: OWN_TEXT, title: titleOf(OWN_TEXT, text), text, line: 1, role: "draft" }];
  return {
    sources: [...given, ...own],
    notices: [
      ...(bare.length === 0 ? [] : [`Given without their text: ${bare.join(", ")}.`]),
      ...(cut.length === 0 ? [] : [`Given in part: ${cut.map(({ path }) => path).join(", ")}.`]),
    ],
  };
}

function toSource(document: DocumentParam, text: string): Source {
  const { path, title, text_line, from_line } = document;
  return { path, title: title ?? titleOf(path, text), text, line: text_line ?? from_line ?? 1, role: "document" };
}

/** What to quote from: a draft only where there are no documents it was made from. */
export function quotable(task: string, sources: readonly Source[]): readonly Source[] {
  const documents = sources.filter(({ role }) => role === "document");
  return (/^revise$/i.test(task) && documents.length > 0 ? documents : sources).map(spoken);
}

/** The source with what it says in sentences: of code, its comments. */
function spoken(source: Source): Source {
  return documentKind(source.path) === "code" ? { ...source, text: commentsOf(source.text) } : source;
}
