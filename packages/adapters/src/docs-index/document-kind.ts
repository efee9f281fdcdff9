/** What a file is read as; null in `documentKind` for what is not text by its name. */
export type DocumentKind = "prose" | "code" | "configuration";

const EXTENSIONS: Readonly<Record<DocumentKind, ReadonlySet<string>>> = {
  prose: words("md markdown mdx txt text rst adoc asciidoc org tex"),
  code: words(
    "ts tsx mts cts js jsx mjs cjs py pyi rb go rs java kt kts scala swift c h cc cpp cxx hpp hh m mm cs fs vb php pl pm",
    "lua r jl dart ex exs erl hrl clj cljs hs ml mli elm zig nim sh bash zsh fish ps1 bat sql graphql gql proto",
    "html htm css scss less vue svelte astro tf hcl nix cmake gradle",
  ),
  configuration: words("json jsonc json5 yaml yml toml ini cfg conf properties xml csv tsv"),
};

const NAMES: Readonly<Record<string, DocumentKind>> = {
  readme: "prose",
  license: "prose",
  changelog: "prose",
  notes: "prose",
  todo: "prose",
  makefile: "code",
  dockerfile: "code",
  jenkinsfile: "code",
  rakefile: "code",
  gemfile: "code",
  justfile: "code",
};

/** Folders that hold what other programs made or fetched, at any depth. Each one that is passed over is counted. */
export const PASSED_OVER_FOLDERS: readonly string[] = [
  ...["node_modules", "bower_components", ".venv", "venv", "__pycache__", ".cache", ".next", ".turbo", ".gradle"],
  ...[".idea", ".vscode", ".svn", ".hg", ".orchestrate", ".git"],
];

/** By extension, else by whole name; nothing is opened. */
export function documentKind(path: string): DocumentKind | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const dot = name.lastIndexOf(".");
  if (dot <= 0) return NAMES[name] ?? null;
  const extension = name.slice(dot + 1);
  for (const kind of ["prose", "code", "configuration"] as const) if (EXTENSIONS[kind].has(extension)) return kind;
  return null;
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
