#!/bin/sh
# Commits an image's digest to a repository of manifests, which Flux or Argo CD deploys from:
#   commit-digest.sh IMAGE REPOSITORY FILE [BRANCH]
# IMAGE is the output `pull-image`, REPOSITORY the URL of the manifests, FILE a kustomization.yaml
# in it whose `images` has an entry for NAME ($IMAGE_NAME, else the last part of IMAGE's repository):
#   images:
#     - name: page
#       newName: ghcr.io/acme/page
#       digest: sha256:…
# Only that entry's newName and digest are changed. Whoever pushes meanwhile is no matter: it is done
# anew on what is there then, five times at most. Nothing is committed where nothing changes.
set -eu
image=$1 repository=$2 file=$3 branch=${4:-main}
new_name=${image%@*} digest=${image#*@}
name=${IMAGE_NAME:-${new_name##*/}}
[ "$digest" != "$image" ] || { echo "$image has no digest: give the output pull-image" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet --depth 1 --branch "$branch" "$repository" "$work"
cd "$work"
git config user.name "${GIT_AUTHOR_NAME:-image builder}"
git config user.email "${GIT_AUTHOR_EMAIL:-image-builder@users.noreply.github.com}"

# In the list `images`, in the entry of that name, the two lines; all else as it is.
change() {
  awk -v name="$name" -v new_name="$new_name" -v digest="$digest" '
    /^[^ #-]/ { in_images = /^images:/; in_entry = 0 }
    in_images && /^ *- / { in_entry = ($0 ~ "^ *- name: *[\"\047]?" name "[\"\047]?[ \t]*$") }
    in_entry && /^ *newName:/ { sub(/newName:.*/, "newName: " new_name); names++ }
    in_entry && /^ *digest:/ { sub(/digest:.*/, "digest: " digest); digests++ }
    { print }
    END { if (names != 1 || digests != 1) exit 1 }
  ' "$1"
}

for attempt in 1 2 3 4 5; do
  change "$file" >"$work/.git/changed" || {
    echo "$file has no entry with name: $name, newName and digest below images:" >&2
    exit 1
  }
  cat "$work/.git/changed" >"$file"
  if git diff --quiet; then
    echo "$file has $name as $digest already"
    exit 0
  fi
  git commit --quiet --message "Deploy $name as ${digest#sha256:}" -- "$file"
  if git push --quiet origin "HEAD:$branch"; then
    echo "$file: $name is $new_name@$digest ($(git rev-parse --short HEAD))"
    exit 0
  fi
  echo "somebody pushed meanwhile ($attempt)" >&2
  git fetch --quiet --depth 1 origin "$branch"
  git reset --quiet --hard FETCH_HEAD
done
exit 1
