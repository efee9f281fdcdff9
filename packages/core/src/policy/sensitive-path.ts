/** Why writing a file can act by itself, later, without anybody calling it. */
export type Sensitivity = "dotfile" | "ci_configuration" | "agent_instructions" | "package_manifest" | "executable";

interface Names {
  readonly kind: Sensitivity;
  /** Everything in such a folder, at any depth. */
  readonly folders: readonly string[];
  /** Whole names of files. */
  readonly names: readonly string[];
  /** Shapes of names of files. */
  readonly shapes: readonly RegExp[];
}

/** In lower case; the first row that matches gives the reason. */
const TABLE: readonly Names[] = [
  {
    kind: "agent_instructions",
    folders: [".claude", ".codex", ".cursor", ".gemini", ".windsurf", ".clinerules", ".roo"],
    names: [".cursorrules", ".windsurfrules", ".clinerules", ".goosehints", "mcp.json", ".mcp.json"],
    shapes: [
      /^(agents?|claude|gemini|qwen|codex|copilot|copilot-instructions|conventions|skill)(\.[^.]+)?\.md$/,
      /\.(instructions|prompt|chatmode|agent)\.md$/,
    ],
  },
  {
    kind: "ci_configuration",
    folders: [".github", ".gitea", ".forgejo", ".circleci", ".buildkite", ".woodpecker", ".ci", "ci"],
    names: [],
    shapes: [
      /^\.(gitlab-ci|travis|drone|cirrus|woodpecker|appveyor)(\.[^.]+)?\.ya?ml$/,
      /^(appveyor|buildspec|cloudbuild|circle|codemagic|wercker|(azure|bitbucket)-pipelines)(\.[^.]+)?\.ya?ml$/,
      /^(.+\.)?jenkinsfile(\..+)?$/,
    ],
  },
  {
    kind: "package_manifest",
    folders: ["requirements"],
    names: words(
      "package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml pnpm-workspace.yaml",
      "bun.lock bun.lockb bunfig.toml deno.json deno.jsonc deno.lock jsr.json import_map.json",
      "pyproject.toml setup.py setup.cfg tox.ini pipfile pipfile.lock poetry.lock uv.lock pdm.lock",
      "environment.yml environment.yaml cargo.toml cargo.lock go.mod go.sum go.work pom.xml",
      "gradle.properties gemfile gemfile.lock gems.rb composer.json composer.lock mix.exs mix.lock",
      "rebar.config package.swift podfile podfile.lock pubspec.yaml pubspec.lock nuget.config",
      "packages.config packages.lock.json flake.nix flake.lock default.nix shell.nix conanfile.py",
      "conanfile.txt vcpkg.json",
    ),
    shapes: [
      /(requirements|constraints)[^.]*\.(txt|in)$/,
      /^(build|settings)\.gradle(\.kts)?$/,
      /\.(gemspec|csproj|fsproj|vbproj|vcxproj|props|targets|nuspec|sln)$/,
    ],
  },
  {
    kind: "executable",
    folders: ["bin", "sbin"],
    names: words(
      "cmakelists.txt justfile taskfile.yml taskfile.yaml rakefile vagrantfile procfile conftest.py",
      "sitecustomize.py usercustomize.py build.rs",
    ),
    shapes: [
      /^(gnu)?makefile(\..+)?$/,
      /^(.+\.)?(docker|container)file(\..+)?$/,
      /^(docker-)?compose(\..+)?\.ya?ml$/,
      /^(gulp|grunt)file\./,
      /\.config\.[cm]?[jt]s$/,
      /\.(sh|bash|zsh|fish|csh|ksh|ps1|psm1|bat|cmd|com|exe|msi|scr|vbs|vbe|wsf|hta|lnk|reg|run|command|appimage|mk)$/,
      /\.(dll|so(\.[0-9.]+)?|dylib|bin|o|ko|node|wasm|jar|war|class|pyc|pyz|pth)$/,
      /\.(desktop|service|timer|plist|workflow|applescript|scpt)$/,
    ],
  },
  { kind: "dotfile", folders: [], names: [], shapes: [/^\./] },
];

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(" "));
}

/** File systems take no longer names; the shapes are not to be held against more. */
const LONGEST_NAME = 255;

/** Marks that a file system may leave out when it compares names, and no reader sees. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * The reason why content from a model may not be written to `path` without a person, in any policy mode; null if
 * the path's name gives none. Says nothing of a file's mode bits.
 *
 * @param path relative to the workspace, with `/`
 * @see product.md R7
 */
export function sensitivityOf(path: string): Sensitivity | null {
  const parts = plainParts(path);
  const name = parts.at(-1) ?? "";
  const folders = parts.slice(0, -1);
  const row = TABLE.find(
    (each) =>
      folders.some((folder) => each.folders.includes(folder)) ||
      each.names.includes(name) ||
      each.shapes.some((shape) => shape.test(name)),
  );
  return row?.kind ?? (folders.some((folder) => folder.startsWith(".")) ? "dotfile" : null);
}

export function isSensitivePath(path: string): boolean {
  return sensitivityOf(path) !== null;
}

/** The names as the laxest file system compares them: case, width, marks, trailing dots and spaces do not count. */
function plainParts(path: string): readonly string[] {
  return path
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .toLowerCase()
    .split(/[/\\]/)
    .map((name) => trimmedEnd(name).slice(-LONGEST_NAME))
    .filter((name) => name !== "");
}

function trimmedEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === "." || name[end - 1] === " ")) end -= 1;
  return name.slice(0, end);
}
