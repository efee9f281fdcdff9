# Sourced by ./writ and ./verify, which set `root` to the checkout's folder.
# Everything here speaks on stderr: stdout belongs to whoever called.

# The real path of the first Node of at least 24.15, in $node: the one in PATH,
# else the one npm installed for this checkout. Asking costs a start of Node, so
# the answer is kept until the program it names is replaced.
find_node() {
  node=
  if [ -f "$root/.cache/node" ]; then
    read -r node <"$root/.cache/node" || node=
    if [ -x "$node" ] && [ ! "$node" -nt "$root/.cache/node" ]; then return 0; fi
  fi
  for candidate in "$(command -v node 2>/dev/null)" "$root/node_modules/.bin/node"; do
    [ -x "$candidate" ] || continue
    node=$("$candidate" -p '
      var v = process.versions.node.split(".").map(Number);
      v[0] > 24 || (v[0] === 24 && v[1] >= 15) ? process.execPath : ""' 2>/dev/null)
    if [ -n "$node" ]; then
      mkdir -p "$root/.cache" && printf '%s\n' "$node" >"$root/.cache/node.$$" && mv -f "$root/.cache/node.$$" "$root/.cache/node"
      return 0
    fi
  done
  node=
  return 1
}

# True when node_modules holds what package-lock.json asks for. The first two
# tests are enough on every run but the one after the lockfile was touched.
packages_are_installed() {
  installed=$root/node_modules/.package-lock.json
  [ -f "$installed" ] || return 1
  [ "$root/package-lock.json" -nt "$installed" ] || return 0
  checked=$root/node_modules/.writ-checked
  [ -f "$checked" ] && [ ! "$root/package-lock.json" -nt "$checked" ] && return 0
  node "$root/scripts/installed.cjs" "$root" && : >"$checked"
}

# Installs the npm packages if any is missing or of another version. Two callers
# at once take turns where the system has flock.
ensure_packages() {
  packages_are_installed && return 0
  if ! command -v npm >/dev/null 2>&1; then
    echo "writ: npm is not installed; install Node.js 24.15 or newer from https://nodejs.org and try again" >&2
    return 1
  fi
  (
    mkdir -p "$root/.cache" && exec 9>"$root/.cache/install.lock"
    if command -v flock >/dev/null 2>&1; then flock 9; fi
    packages_are_installed && exit 0
    echo "writ: installing npm packages (once; about 15 s)" >&2
    cd "$root" && npm ci --include=dev --include=optional --loglevel=error 9>&- >&2
  ) || {
    echo "writ: the npm packages could not be installed; the lines above say why" >&2
    return 1
  }
}

explain_missing_node() {
  echo "writ: needs Node.js 24.15 or newer and found none; install it from https://nodejs.org and try again" >&2
}
