#!/usr/bin/env bash
# Installs what tests use and a new machine lacks: as root, on a Debian. Anywhere else, and when that fails, the tests
# that need it say so and are skipped; so this never fails.
set -euo pipefail

limit=300 # seconds, for each step

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v curl >/dev/null || missing+=(curl)
command -v jq >/dev/null || missing+=(jq)
command -v tmux >/dev/null || missing+=(tmux)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
[[ ${#missing[@]} == 0 ]] && exit

without() { printf 'ci-tools: goes on without %s: %s\n' "${missing[*]}" "$1" >&2; }

if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  without 'only root on a Debian installs it'
  exit
fi
export DEBIAN_FRONTEND=noninteractive
printf 'ci-tools: installing %s\n' "${missing[*]}" >&2
{
  timeout "$limit" apt-get update --quiet --quiet &&
    timeout "$limit" apt-get install --quiet --quiet -y --no-install-recommends "${missing[@]}"
} >&2 || without 'apt-get failed; its reasons are above'
