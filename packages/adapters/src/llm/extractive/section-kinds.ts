/** A cue and how strongly it speaks for the kind; two points are enough. */
interface Cue {
  readonly pattern: RegExp;
  readonly points: number;
}

/** What a section of a text is for, and how to recognise what belongs into it. All of it is data: English, as the notes it was tried on. */
export interface SectionKind {
  readonly id: string;
  /** Words in the title of a wanted section, or in a heading of a document, that mean this kind. */
  readonly titles: RegExp;
  readonly cues: readonly Cue[];
  /** What makes the cues mean nothing. */
  readonly never: RegExp | null;
  /** Check boxes that belong here whatever they say. */
  readonly box: "open" | "done" | null;
  readonly form: "bullets" | "checklist" | "prose" | "literal";
  /** Statements shown when no limit of words is given. */
  readonly most: number;
  /** What stands there when nothing belongs; for `literal`, always. */
  readonly otherwise: string;
}

const NAME = String.raw`\p{Lu}[\p{L}'’-]+`;
const DAY = String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)days?`;
const MONTH = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`;
/** What a list begins with when it tells somebody to do something. Left out: verbs that are mostly nouns, such as `plan` and `test`. */
const VERBS = [
  "add agree align announce archive arrange ask assign automate backfill book bring buy call cancel change",
  "check clarify clean clear close collect compare complete confirm connect contact convert coordinate correct",
  "create cut debug decide define delete deploy discuss document double-check draft email enable ensure",
  "escalate estimate evaluate explain extend figure file fill find finalise finalize finish fix follow gather",
  "get give go improve include increase inform install introduce investigate invite keep kick look make measure",
  "meet merge migrate monitor move notify obtain open order organise organize pair pay pick ping polish prepare",
  "present prioritise prioritize profile propose provide publish pull push put raise read rebase reduce",
  "refactor remind remove rename renew repair replace reply request rerun research reset resolve restart",
  "restore retry return revert review revise rewrite roll rotate run schedule send set setup share ship show",
  "sign simplify sort speak split start stop submit switch sync talk tell tidy track train translate try turn",
  "unblock update upgrade upload validate verify wait write",
]
  .join(" ")
  .replaceAll(" ", "|");
/** After these the word before was a noun: `fix for the tax rate`. */
const NO_OBJECT = String.raw`(?:for|of|is|was|are|were|has|had|and|or|in|on|by|at|from)\b`;

/** Before the general kinds stand the special ones: a statement goes to the kind that speaks for it most, then to the first. */
export const SECTION_KINDS: readonly SectionKind[] = [
  {
    id: "tasks",
    titles:
      /\b(action items?|actions?|to-?\s?dos?|tasks?|next steps?|follow[- ]?ups?|assignments?|backlog|checklist)\b/i,
    cues: [
      { pattern: /\b(TODO|FIXME)\b/, points: 4 },
      { pattern: /^(?:action|ai|task|next|next step|follow[- ]?up)\s*(?:item)?\s*:/i, points: 4 },
      { pattern: /\b(?:needs?|has|have) to\b(?! (?:be decided|know))/i, points: 2 },
      {
        pattern: new RegExp(
          `(?<!\\p{L})(?:[Ww]e|[Yy]ou|I|[Ss]omeone|[Ss]omebody|[Ee]veryone|${NAME}) (?:must|should|shall)\\b`,
          "u",
        ),
        points: 2,
      },
      { pattern: /\b(?:must|should)\b(?! (?:not )?have\b)/i, points: 1 },
      { pattern: /\bplease\b|\bremember to\b/i, points: 3 },
      { pattern: /\b(?:to|must|should) be (?:done|fixed|written|reviewed|checked|sent|updated)\b/i, points: 2 },
      {
        pattern: new RegExp(`^(?:@[\\w.-]+|${NAME}(?: ${NAME})?)(?: and ${NAME})? (?:will|to|shall|should|must) `, "u"),
        points: 2,
      },
      {
        pattern: new RegExp(
          `^(?:@[\\w.-]+[:,]? |[\\p{L}.-]+(?: and [\\p{L}.-]+)?: )?(?:to )?(?:${VERBS})\\s+(?!${NO_OBJECT})(?:\\p{L}|\`|\\d)`,
          "iu",
        ),
        points: 2,
      },
      { pattern: /\b(?:owner|assignee|assigned to|responsible)\b:? \p{L}/iu, points: 2 },
      {
        pattern: new RegExp(`\\b(?:by|before|until|due)\\s+(?:${DAY}|${MONTH}|\\d|tomorrow|next|end of|eo[dw])`, "i"),
        points: 1,
      },
      { pattern: /@[\w.-]+\b/, points: 1 },
    ],
    never: /^(?:no|nothing)\b|\?$|\b(?:state|status): (?:done|closed|merged|shipped|cancelled)\b/i,
    box: "open",
    form: "checklist",
    most: 60,
    otherwise: "No open task was found.",
  },
  {
    id: "done",
    titles:
      /\b(done|completed?|finished|shipped|delivered|accomplish\w*|achievements?|wins?|closed|last (?:week|sprint))\b/i,
    cues: [
      {
        pattern:
          /\b(?:shipped|merged|released|finished|completed|fixed|closed|deployed|delivered|launched|landed|rolled out|migrated|published|resolved)\b/i,
        points: 2,
      },
      { pattern: /\b(?:is|are|was|were) (?:done|live|out|ready)\b(?! (?:by|in|with|of))/i, points: 2 },
      { pattern: /\b(?:state|status): (?:done|closed|merged|shipped)\b/i, points: 4 },
    ],
    never:
      /\b(?:not|n't|never|until|once|when|if|before|to be|will be|must be|should be|has to be|needs to be|can be)\b/i,
    box: "done",
    form: "bullets",
    most: 20,
    otherwise: "Nothing is reported as done.",
  },
  {
    id: "blockers",
    titles: /\b(block\w*|impediments?|risks?|issues?|problems?|concerns?|obstacles?|dependencies)\b/i,
    cues: [
      { pattern: /\bblock(?:ed|er|ers|ing|s)\b/i, points: 4 },
      { pattern: /\b(?:waiting|waits?) (?:for|on)\b|\bstuck\b|\bimpediments?\b|\bon hold\b|\bheld up\b/i, points: 3 },
      {
        pattern: /\bat risk\b|\brisks?\b|\bdelay(?:ed|s)?\b|\bslip(?:s|ped|ping)?\b|\boverdue\b|\bbehind schedule\b/i,
        points: 2,
      },
      {
        pattern:
          /\b(?:cannot|can't|can not|unable to|not able to|won't) \p{L}+.*\b(?:until|because|without|unless|before)\b/iu,
        points: 3,
      },
      { pattern: /\bdepends? on\b|\bno (?:access|answer|response|reply|capacity|budget|credentials)\b/i, points: 2 },
      {
        pattern: /\b(?:fail(?:s|ed|ing|ure)?|broken|outage|flaky|crash(?:es|ed|ing)?|regression|downtime)\b/i,
        points: 2,
      },
    ],
    never:
      /\b(?:no|without|zero|not|nothing|un) ?block|\bno (?:risks?|issues?|impediments?|delays?|failures?)\b|\bunblocked\b|\bno longer\b|\bfixed\b|\bresolved\b/i,
    box: null,
    form: "bullets",
    most: 20,
    otherwise: "No blocker is mentioned.",
  },
  {
    id: "decisions",
    titles: /\b(decisions?|decided|agreements?|agreed|resolutions?|conclusions?|outcomes?)\b/i,
    cues: [
      { pattern: /\bdecid(?:ed|es)\b|\bdecisions?\b(?!.*\?)/i, points: 3 },
      {
        pattern:
          /\b(?:we|team|everyone|all|they|both) (?:have |has )?(?:agreed|chose|settled|approved|accepted|rejected|picked|voted)\b|^agreed\b/i,
        points: 3,
      },
      {
        pattern: /\b(?:going|go|went|stay|stick|sticking) with\b|\binstead of\b|\bsettled on\b|\bopted for\b/i,
        points: 2,
      },
      { pattern: /\b(?:approved|postponed|cancelled|canceled|rejected|adopted|deprecated)\b/i, points: 2 },
      { pattern: /\b(?:is|was|are|were)? ?(?:moves|moved) (?:to|from)\b/i, points: 2 },
    ],
    never:
      /\b(?:not|n't|to be|still|yet to|need(?:s)? (?:a )?) ?(?:been )?decid|\bneeds? (?:a )?decision\b|\bdecision (?:is )?(?:pending|needed|open)\b|\?$/i,
    box: null,
    form: "bullets",
    most: 20,
    otherwise: "No decision is recorded.",
  },
  {
    id: "questions",
    titles: /\b(questions?|unclear|unknowns?|to clarify|open points?|open topics?)\b/i,
    cues: [
      { pattern: /[?？]["'”’)]*$/, points: 3 },
      {
        pattern:
          /\bopen question\b|\bunclear\b|\bTBD\b|\bto be (?:decided|determined|clarified|confirmed)\b|\bnot (?:yet )?(?:decided|clear|known)\b/i,
        points: 3,
      },
      { pattern: /\b(?:do|does) we (?:know|want|need)\b|\bneeds? (?:a )?decision\b|\bwhether\b/i, points: 2 },
    ],
    never: /^no (?:open )?questions?\b/i,
    box: null,
    form: "bullets",
    most: 20,
    otherwise: "No open question was found.",
  },
  {
    id: "progress",
    titles: /\b(progress|in progress|ongoing|under ?way|status|this (?:week|sprint)|doing|wip)\b/i,
    cues: [
      {
        pattern:
          /\b(?:in progress|ongoing|under ?way|started|working on|continu(?:es|ing)|halfway|nearly|almost|wip)\b/i,
        points: 2,
      },
      { pattern: /\b\d{1,3} ?(?:%|percent)/i, points: 2 },
    ],
    never: /\bnot (?:yet )?started\b/i,
    box: null,
    form: "bullets",
    most: 15,
    otherwise: "Nothing is reported as under way.",
  },
  {
    id: "dates",
    titles: /\b(dates?|deadlines?|schedule|calendar|milestones?|timeline|upcoming|when)\b/i,
    cues: [
      { pattern: /\b\d{4}-\d{2}-\d{2}\b/, points: 3 },
      {
        pattern: new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\.? (?:of )?${MONTH}\\b|\\b${MONTH} \\d{1,2}\\b`, "i"),
        points: 3,
      },
      {
        pattern: new RegExp(
          `\\b(?:${DAY}|tomorrow|tonight|next (?:week|month|sprint|quarter)|end of (?:the )?(?:week|month|quarter|year))\\b`,
          "i",
        ),
        points: 2,
      },
      { pattern: /\bdeadline\b|\bdue\b|\bQ[1-4]\b|\b\d{1,2}:\d{2}\b/, points: 2 },
    ],
    never: null,
    box: null,
    form: "bullets",
    most: 20,
    otherwise: "No date is mentioned.",
  },
  {
    id: "figures",
    titles: /\b(figures?|numbers?|metrics?|kpis?|measurements?|results?|statistics)\b/i,
    cues: [
      {
        pattern:
          /(?:^|[^\p{L}\d.-])\d[\d.,]*\s?(?:%|percent|ms|s\b|min\b|hours?|kB|MB|GB|€|\$|users?|requests?|times|points?)/u,
        points: 2,
      },
    ],
    never: null,
    box: null,
    form: "bullets",
    most: 15,
    otherwise: "No figure is mentioned.",
  },
  {
    id: "intro",
    titles: /\b(intro(?:duction)?|summary|overview|abstract|in short|tl;?dr|background|context)\b/i,
    cues: [],
    never: null,
    box: null,
    form: "prose",
    most: 3,
    otherwise: "There is nothing to say beyond what stands below.",
  },
  {
    id: "highlights",
    titles:
      /\b(highlights?|key points?|main points?|bullets?|bullet points?|points?|news|takeaways?|topics?|notes?|details?|findings?)\b/i,
    cues: [],
    never: null,
    box: null,
    form: "bullets",
    most: 8,
    otherwise: "There is nothing to say beyond what stands below.",
  },
  {
    id: "greeting",
    titles: /^(?:greetings?|salutation)$/i,
    cues: [],
    never: null,
    box: null,
    form: "literal",
    most: 0,
    otherwise: "Hello,",
  },
  {
    id: "closing",
    titles: /^(?:closing|sign-?off|regards)$/i,
    cues: [],
    never: null,
    box: null,
    form: "literal",
    most: 0,
    otherwise: "Thank you and kind regards",
  },
];

/** Points from which a statement belongs to a kind. */
export const ENOUGH_POINTS = 2;
/** A heading that names the kind speaks for what stands below it. */
export const HEADING_POINTS = 3;

/** The kind a section's title asks for; null for a subject of its own, such as `Release`. */
export function kindOf(title: string): SectionKind | null {
  return SECTION_KINDS.find((kind) => kind.titles.test(title)) ?? null;
}
