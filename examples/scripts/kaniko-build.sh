#!/bin/sh
# Builds an image inside the cluster with Kaniko, by the flags of older scripts:
#
#   kaniko-build.sh --namespace N --job-name J --image IMAGE --context DIR
#                   --dockerfile FILE --timeout SECONDS
#
# All of them are flags of hybrid-build, which has more: hybrid-build build --help.
# HYBRID_BUILD is the command, if it is not on the PATH.
set -eu

# One program, whatever is in its path, or a program and what comes before its words.
run() {
  command=${HYBRID_BUILD:-hybrid-build}
  if [ -x "$command" ]; then exec "$command" "$@"; fi
  # shellcheck disable=SC2086
  exec $command "$@"
}
run build --builder kaniko "$@"
