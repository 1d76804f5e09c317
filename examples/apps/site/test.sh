#!/bin/sh
# Every link of every page leads to a page that is there.
cd "$1" || exit 2
for page in *.html; do
  for link in $(sed -n 's/.*href="\([^"]*\)".*/\1/p' "$page"); do
    [ -f "$link" ] || { echo "$page: no such page: $link"; exit 1; }
    echo "$page -> $link"
  done
done
