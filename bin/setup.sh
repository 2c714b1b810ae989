# Sourced by everything in bin: goes to the project's folder, finds Python, keeps .venv equal to a lock file.
set -eu

name=bin/$(basename "$0")
# A relative DATA_DIR means where the command was typed, not where this file lies.
case ${DATA_DIR:-/} in /*) ;; *) DATA_DIR=$PWD/$DATA_DIR && export DATA_DIR ;; esac
cd "$(dirname "$(readlink -f "$0")")/.."

die() {
  printf '%s: %s\n' "$name" "$1" >&2
  exit 1
}

find_python() {
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  die "Parley needs Python 3.11 or newer, and ${PYTHON:-none on the PATH} is. Install one, or name it: PYTHON=/path/to/python3.11 $name"
}

# make_venv requirements.lock: nothing to do when .venv was made from exactly this lock, which is the usual case.
make_venv() {
  stamp=.venv/$1.installed
  if ! cmp -s "$1" "$stamp" || ! .venv/bin/python -c '' >/dev/null 2>&1; then
    python=$(find_python)
    "$python" bin/make_venv.py "$name" "$1"
  fi
}

# find_chromium: sets CHROMIUM to a browser that is there, or that Debian can bring.
find_chromium() {
  if ! CHROMIUM=$(which_chromium); then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      echo "$name: installing Chromium" >&2
      (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >&2 </dev/null ||
        die "Chromium could not be installed; apt-get says why above."
    fi
    CHROMIUM=$(which_chromium) || die "a real browser is needed; on Debian: apt-get install chromium. Or name one in CHROMIUM."
  fi
  export CHROMIUM
}

which_chromium() {
  for candidate in "${CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable; do
    command -v "$candidate" && return
  done
  return 1
}

# find_curl: what vendors' documentations are written for.
find_curl() {
  if ! command -v curl >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "curl is needed; on Debian: apt-get install curl."
    echo "$name: installing curl" >&2
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends curl) >&2 </dev/null ||
      die "curl could not be installed; apt-get says why above."
  fi
}

# find_node: Node and npm, for the clients that are published for it.
find_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "Node and npm are needed; on Debian: apt-get install nodejs npm."
    echo "$name: installing Node" >&2
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm) >&2 </dev/null ||
      die "Node could not be installed; apt-get says why above."
  fi
}
