/** A character that passes for another in a host, path or tool name. */
export interface LookAlike {
  readonly character: string;
  /** What it is taken for. */
  readonly passesFor: string;
  /** `Cyrillic`, `Greek` …; `other` where the script says nothing. */
  readonly script: string;
}

/**
 * Characters most fonts draw like an ASCII one, each followed by that one.
 *
 * @see Unicode Technical Standard #39, confusables.txt; the letters, points and strokes that occur in names
 */
const CONFUSABLE = [
  "аaеeоoрpсcуyхxіiјjѕsԁdԛqԝwһhгrкkмmтtвbнhпnѵvԍgһhӏlьb",
  "АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGԜWҮYЗ3б6",
  "αaοoρpνvυuιiκkτtγyηnωwχxεeσoϲcϳjΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX",
  "օoսuոnցgհhյjզqԱUՏSՕOɑaɡgɩiıiʟlոnʀrᴏoᴄcᴠvᴢzᴡwǀl",
  "∕/⁄/╱/⧸/∖\\․.‧.·.。.ꓸ.‚,‐-‑-‒-–-—-−-﹣-⁃-ー-‗_ˍ_ꓹ,∶:ː:꞉:꞉:︰:＇'ʼ'’'‘'ʹ'",
].join("");

const PASSES_FOR: ReadonlyMap<string, string> = pairs(CONFUSABLE);

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Latin", /\p{Script=Latin}/u],
  ["Lisu", /\p{Script=Lisu}/u],
];

/** Each look-alike of an ASCII character in a name, once, in order. */
export function lookAlikes(name: string): readonly LookAlike[] {
  const found = new Map<string, LookAlike>();
  for (const character of name) {
    const passesFor = twin(character);
    if (passesFor === null || found.has(character)) continue;
    found.set(character, { character, passesFor, script: scriptOf(character) });
  }
  return [...found.values()];
}

function twin(character: string): string | null {
  if (character <= "\u007F") return null;
  const listed = PASSES_FOR.get(character);
  if (listed !== undefined) return listed;
  // Full-width, mathematical and circled letters are ASCII in other clothes.
  const folded = character.normalize("NFKC");
  return /^[!-~]$/.test(folded) ? folded : null;
}

function scriptOf(character: string): string {
  return SCRIPTS.find(([, pattern]) => pattern.test(character))?.[0] ?? "other";
}

function pairs(listed: string): ReadonlyMap<string, string> {
  const characters = [...listed];
  return new Map(
    characters.flatMap((character, index) => {
      const next = characters[index + 1];
      return index % 2 === 0 && next !== undefined ? [[character, next] as const] : [];
    }),
  );
}
