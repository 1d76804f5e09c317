#!/bin/sh
# Builds an image with whatever is there:
#
#   hybrid-build-wrapper.sh [METHOD] DOCKERFILE IMAGE CONTEXT [FLAGS]
#
# METHOD is auto if it is left out. HYBRID_BUILD is the command, if it is not on
# the PATH.
set -eu

# One program, whatever is in its path, or a program and what comes before its words.
run() {
  command=${HYBRID_BUILD:-hybrid-build}
  if [ -x "$command" ]; then exec "$command" "$@"; fi
  # shellcheck disable=SC2086
  exec $command "$@"
}
case "${1:-}" in
auto | kaniko | buildkit | docker | buildah | podman | nerdctl) ;;
*) set -- auto "$@" ;;
esac
run "$@"
