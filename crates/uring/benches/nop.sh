#!/bin/sh
# Counts and times a NOP by way of LocalRing, of the views, of the io-uring crate and of liburing, in
# batches of 1 and of 32, and prints a table. Needs cargo, a C compiler, liburing-dev and valgrind.
#
#   crates/uring/benches/nop.sh [TIMES]
#
# Instructions are those of the process, by callgrind: the difference of two runs of different length,
# so that starting does not count. Times are the medians of TIMES runs (9), the four ways in turn.
set -eu
case ${1-} in
-h | --help) sed -n '2,/^$/{s/^# \{0,1\}//p;}' "$0" && exit ;;
esac
cd "$(dirname "$0")/../../.."
times=${1:-9}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo bench --quiet --package uring-linux --bench nop --no-run
rust=$(cargo bench --package uring-linux --bench nop --no-run --message-format json 2>"$work/errors" |
  sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
cc -O2 -o "$work/nop" crates/uring/benches/nop.c -luring

run() {
  case $1 in
  liburing) shift && "$@" "$work/nop" "$batch" "$rounds" ;;
  *) way=$1 && shift && "$@" "$rust" "$way" "$batch" "$rounds" ;;
  esac
}

instructions() {
  rounds=$2
  run "$1" valgrind --tool=callgrind --callgrind-out-file="$work/out" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
  }
  sed -n 's/^summary: //p; s/^totals: //p' "$work/out" | head -n 1
}

median() {
  sort -n "$1" | sed -n "$(((times + 1) / 2))p"
}

ways="local views io-uring liburing"
echo "| way | NOPs per enter | instructions per NOP | ns per NOP |"
echo "| --- | ---: | ---: | ---: |"
for batch in 1 32; do
  rounds=$((2000000 / batch))
  for round in $(seq "$times"); do
    for way in $ways; do
      run "$way" env >>"$work/$way-$batch"
    done
  done
  for way in $ways; do
    few=$(instructions "$way" 1000)
    many=$(instructions "$way" 3000)
    awk "BEGIN { printf \"| $way | $batch | %.1f | %s |\n\", \
      ($many - $few) / 2000 / $batch, \"$(median "$work/$way-$batch")\" }"
  done
done
