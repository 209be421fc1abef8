#!/usr/bin/env sh
# Rewrites the lock files; needs uv. chdb-core declares pandas and pyarrow and runs without them (docs/decisions/0003).
set -eu
cd "$(dirname "$0")/.."
lock() {
  uv pip compile -q pyproject.toml "$@" --generate-hashes --no-header --no-emit-index-url --no-annotate \
    --python-version 3.11 --universal \
    --no-emit-package pandas --no-emit-package pyarrow --no-emit-package numpy
}
lock --group build --no-emit-package python-dateutil >requirements/runtime.lock
lock --group build --group dev --no-emit-package python-dateutil >requirements/dev.lock
echo "adblock==0.6.0" | # alone: it needs nothing
  uv pip compile -q - --generate-hashes --no-header --no-emit-index-url --no-annotate >requirements/filters.lock
lock --group oracles --constraints requirements/dev.lock >requirements/oracles.lock
# The judges of attribution have an environment of their own: one of them is compiled there, after what it is built with.
judges() {
  uv pip compile -q --group "pyproject.toml:$@" --generate-hashes --no-header --no-emit-index-url --no-annotate \
    --python-version 3.11 --universal
}
judges models >requirements/models.lock
judges models-built --no-deps >requirements/models-built.lock
