#!/bin/sh
# A virtual environment in the checkout, from the lock files. Usage: setup.sh PYTHON VENV runtime|dev
set -eu
python=$1 venv=$2 kind=$3
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "onebyone needs Python 3.11 or newer; '$python' is not. Install it, or name one: make PYTHON=python3.12 ..." >&2
  exit 2
fi
if [ ! -x "$venv/bin/python" ]; then
  "$python" -m venv "$venv" || {
    echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 2
  }
fi
echo "Installing what onebyone needs into $venv (about 600 MB, the database engine above all) ..."
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "requirements/$kind.lock"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
touch "$venv/$kind"
[ "$kind" = dev ] && touch "$venv/runtime"
exit 0
