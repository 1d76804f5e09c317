#!/bin/sh
# Deploys an image with Kustomize, which is in kubectl, and waits until its pods are ready:
#   deploy.sh IMAGE NAMESPACE
# IMAGE is the output `pull-image`, REPOSITORY@DIGEST. The base says `image: page`; what that is
# stands in a kustomization of this run alone, so that no file of the repository is changed.
set -eu
image=$1 namespace=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
release=$(mktemp -d "$here/release-XXXXXX")
trap 'rm -r "$release"' EXIT

cat >"$release/kustomization.yaml" <<END
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $namespace
resources: [../production]
images:
  - name: page
    newName: ${image%@*}
    digest: ${image#*@}
END
kubectl apply --kustomize "$release"
kubectl rollout status deployment/page --namespace "$namespace" --timeout 120s
