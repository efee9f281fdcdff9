/** A template or the lexicon as it lies in a folder. The command line reads the folder; nobody here touches a disk. */
export interface TemplateFile {
  /** For places in messages, such as `templates/w1-daily-brief.yaml`. */
  readonly name: string;
  readonly text: string;
  /** Whether it came with Writ, or lies in a workspace and is not trusted. */
  readonly origin: TemplateOrigin;
}

export type TemplateOrigin = "shipped" | "workspace";

/** Where the shipped ones lie; a person copies one of them into the `templates` folder of a workspace to make an own one. */
export const SHIPPED_TEMPLATES = new URL("../../templates/", import.meta.url);

/** The file of a folder of shipped templates that says how goals are read. */
export const LEXICON_FILE = "words.yaml";
