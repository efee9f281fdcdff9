import type { Option } from "./command.ts";
import { valueCases, type Place } from "./completion-places.ts";

/** For zsh: `source <(writ completion zsh)`, or a file `_writ` in a folder of `$fpath`. */
export function zshCompletion(places: readonly Place[]): string {
  const families = places.filter(({ words, next }) => words !== "" && next.length > 0).map(({ words }) => words);
  return `#compdef writ orchestrate
# Completes writ in zsh. Load it with: source <(writ completion zsh)
_writ() {
  local typed="" count=0 skip=0 index word previous="\${words[CURRENT-1]}"
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if ((skip)); then skip=0; continue; fi
    case "$word" in
      --workspace) skip=1; continue ;;
      -*) continue ;;
    esac
    if ((count == 0)); then typed="$word"; count=1
    elif ((count == 1)); then
      case "$typed" in
        ${families.length === 0 ? '""' : families.join("|")}) typed="$typed $word" ;;
      esac
      count=2
    fi
  done
  local -a next options
  local files=0
  case "$typed" in
${places.map(placeCase).join("\n")}
  esac
  case "$typed:$previous" in
${places.flatMap((place) => valueCases(place, valueReply)).join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option options
  else
    ((\${#next})) && _describe command next
    ((files)) && _files
  fi
}
if [[ "\${funcstack[1]}" == "_writ" ]]; then _writ "$@"; else compdef _writ writ orchestrate; fi
`;
}

function placeCase({ words, next, options, completes }: Place): string {
  const nextWords = next.map(({ word, summary }) => described(word, summary)).join(" ");
  const flags = options.map(({ flag, summary }) => described(flag, summary)).join(" ");
  return `    "${words}") next=(${nextWords}); options=(${flags}); files=${completes === "files" ? 1 : 0} ;;`;
}

/** Choices, files, or nothing. */
function valueReply({ choices, completes }: Option): string {
  if (choices !== null) return `compadd -- ${choices.join(" ")}`;
  return completes === "files" ? "_files" : ":";
}

function described(word: string, summary: string): string {
  return `'${word}:${summary.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;
}
