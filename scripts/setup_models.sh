#!/bin/sh
# An environment for what others wrote about attribution. Usage: setup_models.sh PYTHON VENV
set -eu
python=$1 venv=$2
echo "Installing the judges of attribution into $venv (about 900 MB) ..."
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes "$@"; }
pip -r requirements/models.lock
echo "Compiling channelattribution (about a minute) ..."
pip --no-build-isolation -r requirements/models-built.lock ||
  echo "channelattribution did not compile (a C++ compiler and Python's headers are needed): its tests will be skipped." >&2
touch "$venv/installed"
