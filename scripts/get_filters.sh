#!/bin/sh
# A blocker's engine (PyPI) and the lists that it loads (out of Debian's package of uBlock Origin, unpacked and not
# installed) for one test, beside the virtual environment and never in the repository. Says plainly what could not be had.
#   get_filters.sh VENV
venv=$1
into=$venv/filters
package=webext-ublock-origin-chromium
lists=usr/share/chromium/extensions/ublock-origin/assets/thirdparties/easylist

skipped() {
  echo "No filter engine or lists: one test will be skipped. $1" >&2
  exit 0
}

"$venv/bin/python" -c "import adblock" 2>/dev/null || "$venv/bin/python" -m pip install -q --disable-pip-version-check \
  --no-deps --require-hashes -r requirements/filters.lock >/dev/null 2>&1 || skipped "pip cannot install adblock here."
[ -f "$into/easyprivacy.txt" ] || [ -f "/$lists/easyprivacy.txt" ] && exit 0
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 ||
  skipped "Put easylist.txt and easyprivacy.txt into $into."
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download -qq $package && dpkg-deb -x ./*.deb .) >/dev/null 2>&1 ||
  skipped "apt-get cannot download $package; put easylist.txt and easyprivacy.txt into $into."
mkdir -p "$into" && cp "$work/$lists/easylist.txt" "$work/$lists/easyprivacy.txt" "$into/"
