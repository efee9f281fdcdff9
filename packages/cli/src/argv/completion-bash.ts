import type { Option } from "./command.ts";
import { valueCases, type Place } from "./completion-places.ts";

/** For bash 3.2 and later: `source <(writ completion bash)`. */
export function bashCompletion(places: readonly Place[]): string {
  const families = places.filter(({ words, next }) => words !== "" && next.length > 0).map(({ words }) => words);
  return `# Completes writ in bash. Load it with: source <(writ completion bash)
_writ() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local words="" count=0 skip=0 index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if ((skip)); then skip=0; continue; fi
    case "$word" in
      --workspace) skip=1; continue ;;
      -*) continue ;;
    esac
    if ((count == 0)); then words="$word"; count=1
    elif ((count == 1)); then
      case "$words" in
        ${families.length === 0 ? '""' : families.join("|")}) words="$words $word" ;;
      esac
      count=2
    fi
  done
  local next="" options="" files=0
  case "$words" in
${places.map(placeCase).join("\n")}
  esac
  COMPREPLY=()
  case "$words:$previous" in
${places.flatMap((place) => valueCases(place, valueReply)).join("\n")}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$next" -- "$current"))
    if ((files)); then
      local path
      while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -f -- "$current")
    fi
  fi
}
complete -o filenames -F _writ writ orchestrate
`;
}

function placeCase({ words, next, options, completes }: Place): string {
  const nextWords = next.map(({ word }) => word).join(" ");
  const flags = options.map(({ flag }) => flag).join(" ");
  return `    "${words}") next="${nextWords}"; options="${flags}"; files=${completes === "files" ? 1 : 0} ;;`;
}

/** Choices, files, or nothing. */
function valueReply({ choices, completes }: Option): string {
  if (choices !== null) return `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current"))`;
  return completes === "files" ? `COMPREPLY=($(compgen -f -- "$current"))` : ":";
}
