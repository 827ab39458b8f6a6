#!/bin/sh
# Runs in a plain Node container, with the repository at /repository: installs the tarballs for this processor and libc
# without network and says whether io_uring is as the caller expects: "works" or "refused".
set -eu
expected=$1
project=$(mktemp -d)
cd "$project"
cp /repository/scripts/pack/consumer/smoke.cjs /repository/scripts/pack/consumer/smoke.mjs .
cpu=$(node -p process.arch)
libc=gnu
if [ -e /etc/alpine-release ]; then libc=musl; fi
npm install --offline --no-audit --no-fund /repository/packages/uring-[0-9]*.tgz "/repository/packages/uring-linux-$cpu-$libc"-[0-9]*.tgz
if [ "$expected" = works ]; then
  node smoke.cjs
  node smoke.mjs
else
  node -e '
    const state = require("uring").availability()
    console.log(state)
    if (state.available || state.reason !== "seccomp") process.exit(1)
  '
fi
