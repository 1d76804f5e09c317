#!/bin/sh
# Deploys an image with kubectl alone, and waits until its pods are ready:
#   deploy.sh IMAGE NAMESPACE
# IMAGE is the output `pull-image`: it can never mean another image.
set -eu
image=$1 namespace=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

sed "s|IMAGE\$|$image|" "$here/page.yaml" | kubectl apply --namespace "$namespace" --filename -
kubectl rollout status deployment/page --namespace "$namespace" --timeout 120s
