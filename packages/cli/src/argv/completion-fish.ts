import type { Option } from "./command.ts";
import type { Place } from "./completion-places.ts";

/** For fish: `writ completion fish > ~/.config/fish/completions/writ.fish`. */
export function fishCompletion(places: readonly Place[]): string {
  return `# Completes writ in fish. Install it with: writ completion fish > ~/.config/fish/completions/writ.fish
function __writ_words
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --workspace
                set skip 1
            case '-*'
            case '*'
                echo $word
        end
    end
end
function __writ_at
    test (string join ' ' (__writ_words)) = "$argv[1]"
end
function __writ_in
    string match -q -- "$argv[1]*" (string join ' ' (__writ_words))
end
complete -c writ -f
${places.flatMap(placeLines).join("\n")}
`;
}

function placeLines({ words, next, options, completes }: Place): readonly string[] {
  const at = `-n '__writ_at "${words}"'`;
  const within = words === "" ? "" : ` -n '__writ_in "${words}"'`;
  return [
    ...next.map(({ word, summary }) => `complete -c writ ${at} -a ${word} -d ${quoted(summary)}`),
    ...options.map((option) => `complete -c writ${within} ${optionWords(option)} -d ${quoted(option.summary)}`),
    ...(completes === "files" ? [`complete -c writ${within} -F`] : []),
  ];
}

/** `-x`: a value must follow and is no file; `-r -F`: a file must follow. */
function optionWords({ flag, value, choices, completes }: Option): string {
  const name = `-l ${flag.slice(2)}`;
  if (value === null) return name;
  if (choices !== null) return `${name} -x -a ${quoted(choices.join(" "))}`;
  return `${name} ${completes === "files" ? "-r -F" : "-x"}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
