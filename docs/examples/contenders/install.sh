#!/bin/sh
# Puts the contenders with all they need where programs of every node find them: `sh install.sh`, as root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
there=/var/lib/ropewalk-contenders
mkdir -p "$there"
cp "$here/package.json" "$here"/*.mjs "$there"
ln -sfn "$(realpath "$here/../../../node_modules/node/bin/node")" "$there/node"
cd "$there"
npm install --no-audit --no-fund --ignore-scripts --loglevel=error
