#!/usr/bin/env bash
# What tests/test_serve_browser.py needs besides the extra `dev`: Chromium from Debian and axe-core from npm.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v chromium >/dev/null; then
  apt-get update -q
  apt-get install -q -y --no-install-recommends chromium
fi
mkdir -p .browser
if [ ! -s .browser/axe.min.js ]; then
  command -v npm >/dev/null || { apt-get update -q; apt-get install -q -y --no-install-recommends npm; }
  package=$(cd .browser && npm pack --silent axe-core@4)
  tar -xzf ".browser/$package" -C .browser --strip-components=1 package/axe.min.js
  rm ".browser/$package"
fi
