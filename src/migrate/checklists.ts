/** What to see to before the first run of migrated workflows. */
export const BEFORE: readonly string[] = [
  'The cluster is ready: `hybrid-build doctor` says so, with a cure for what is missing.',
  'The secret `KUBECONFIG` is there, of an account with the rights of docs/rbac.md: `gh secret set KUBECONFIG < kubeconfig`. On a runner inside the cluster take the line `kubeconfig:` out instead.',
  'The cluster reaches the registries that the images go to, and those of their base images: docs/registries.md.',
  'Dockerfiles with `RUN --mount=type=cache` or `type=ssh` have `builder: buildkit`: docs/builders.md.',
  '`OWNER` in `uses:` is the place of your copy of the action, and its version is the one you want.',
]

/** What to see to after it. */
export const AFTER: readonly string[] = [
  'A branch with the changes has built, with `push: false` at first where the tags are those of production.',
  'Deployments name the image by its digest: the output `image-by-digest` of the step.',
  'The second run is quicker: its layers come from the cache, which the log says.',
  'Nothing in the runner’s set-up installs nerdctl, buildkitd or docker any more, and nobody needs its sockets or `sudo`.',
  '`hybrid-build migrate` finds nothing: its exit status is 0.',
]
