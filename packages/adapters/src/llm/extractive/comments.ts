const COMMENT =
  /^\s*(?:\/\/+!?|\/\*+!?|\*(?!\/)|#(?!!|\s*(?:include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma|region)\b)|--(?!-)|;;+|"""|''')\s?(.*?)\s*(?:\*+\/|"""|''')?$/;
const TRAILING = /(?:\/\/|#|--)\s*((?:TODO|FIXME)\b.*)$/;
/** A comment that is code which somebody took out, or a command to a tool. */
const NOT_PROSE =
  /[;{}]\s*$|^\w+\(|^(?:eslint|oxlint|ts|prettier|noqa|type|pylint|istanbul|v8|c8)-?\w*\b.*(?:disable|ignore|expect|enable|:)/i;

/**
 * What code says in words: its comments, each in the line where it stands; every other line is empty. Words a
 * compiler reads are no statement about anything.
 */
export function commentsOf(code: string): string {
  return code
    .split("\n")
    .map((line) => {
      const said = COMMENT.exec(line)?.[1] ?? TRAILING.exec(line)?.[1] ?? "";
      return NOT_PROSE.test(said) ? "" : said;
    })
    .join("\n");
}
