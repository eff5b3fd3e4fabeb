#!/bin/sh
# Installs npm's socket.io and what else the peers need, as locked in tests/peers, into <folder>/node_modules.
# Does nothing when that has been done already: npm.sh <folder>
set -eu
peers=$(dirname "$0")/../tests/peers
target=$1

mkdir -p "$target"
if [ -d "$target/node_modules" ] && cmp -s "$peers/package-lock.json" "$target/installed.json"; then
    exit 0
fi
rm -f "$target/installed.json"
cp "$peers/package.json" "$peers/package-lock.json" "$target"
cd "$target"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 # the browser is the system's
npm ci --no-audit --no-fund --no-progress --no-update-notifier --loglevel=error ||
    npm ci --no-audit --no-fund --no-progress --no-update-notifier # once more, and with all it has to say
cp package-lock.json installed.json
