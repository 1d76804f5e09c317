#!/bin/sh
# Builds an image inside the cluster with Kaniko, by the flags of older scripts:
#
#   kaniko-build.sh --namespace N --job-name J --image IMAGE --context DIR
#                   --dockerfile FILE --timeout SECONDS
#
# All of them are flags of hybrid-build, which has more: hybrid-build build --help.
# HYBRID_BUILD is the command, if it is not on the PATH.
set -eu
exec ${HYBRID_BUILD:-hybrid-build} build --builder kaniko "$@"
