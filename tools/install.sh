#!/usr/bin/env bash
# Usage: tools/install.sh LOCK STAMP. Makes .venv/ when it is missing, installs LOCK into it and touches STAMP.
# Two at a time in one checkout wait for each other.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1 stamp=$2

find_python() {
  local name
  for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  echo "The portal needs Python 3.11 or newer with its venv module (on Debian: apt install python3-venv)." >&2
  exit 1
}

take_turn() {
  local waited=0
  until mkdir .venv.lock 2>/dev/null; do
    if ((waited++ > 600)); then
      echo "Another installation seems stuck: remove the folder .venv.lock and try again." >&2
      exit 1
    fi
    sleep 1
  done
  trap 'rmdir .venv.lock' EXIT
}

take_turn
if [ "$stamp" -nt "$lock" ] && [ "$stamp" -nt tools/install.sh ]; then exit 0; fi # made while we waited
if ! .venv/bin/python -c '' 2>/dev/null; then
  python=$(find_python)
  echo "Making .venv with $("$python" --version) …"
  rm -rf .venv
  "$python" -m venv .venv
fi
echo "Installing $lock …"
.venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
touch "$stamp"
