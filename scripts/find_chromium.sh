#!/bin/sh
# Chromium for the browser tests: the system's, else installed where that is allowed. Says plainly if there is none.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests ..."
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium) >/dev/null 2>&1
  command -v chromium >/dev/null 2>&1 && exit 0
fi
echo "No Chromium found: the browser tests will be skipped. Install it with your package manager, for example:" >&2
echo "  sudo apt-get install chromium" >&2
exit 0
