#!/bin/sh
# Builds an image with whatever is there:
#
#   hybrid-build-wrapper.sh [METHOD] DOCKERFILE IMAGE CONTEXT [FLAGS]
#
# METHOD is auto if it is left out. HYBRID_BUILD is the command, if it is not on
# the PATH.
set -eu
case "${1:-}" in
auto | kaniko | buildkit | docker | buildah | podman | nerdctl) ;;
*) set -- auto "$@" ;;
esac
exec ${HYBRID_BUILD:-hybrid-build} "$@"
