const CODE_SPAN = /(`+)(?:[^`]|(?!\1)`)+\1/g;

/**
 * The text a reader of rendered Markdown sees: links as their words, no emphasis, no tags, nothing that was struck
 * out. Code stays in its back-quotes.
 */
export function plainInline(markdown: string): string {
  let plain = "";
  let from = 0;
  for (const code of markdown.matchAll(CODE_SPAN)) {
    plain += unmarked(markdown.slice(from, code.index)) + code[0];
    from = code.index + code[0].length;
  }
  return (plain + unmarked(markdown.slice(from))).replace(/\s+/g, " ").trim();
}

/** A document cannot cite for us: what looks like one of our citations gets other brackets. */
export function withoutCitations(text: string): string {
  return text.replace(/\[([^\]\n]+:\d+)\]/g, "($1)");
}

function unmarked(text: string): string {
  return text
    .replace(/<!--.*?-->/g, " ")
    .replace(/!?\[\[(?:[^\]|]*\|)?([^\]]+)\]\]/g, "$1")
    .replace(/!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\[([^\]]+)\]\[[^\]]*\]/g, "$1")
    .replace(/\[\^[^\]]+\]/g, "")
    .replace(/<(https?:[^>\s]+)>/g, "$1")
    .replace(/<\/?[a-z][^>]*>/gi, " ")
    .replace(/~~.*?~~/g, "")
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\p{L}\p{N}*])/gu, "$1")
    .replace(/(?<![\p{L}\p{N}_])_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}_])/gu, "$1")
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~])/g, "$1");
}
