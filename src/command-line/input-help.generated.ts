// Made from action.yml by `npm run generate`: change that file, not this one.
import type { InputName } from '../request/inputs.generated.ts'

/** What the help says of an input. */
export interface InputHelp {
  readonly meaning: string
  readonly form: string
  /** Its default, in words. */
  readonly fallback: string
}

export const INPUT_HELP: Partial<Record<InputName, InputHelp>> = {
  mode: {
    meaning:
      'What is done: `build` builds the image; `template` writes the YAML of what the build would create, for `kubectl apply`, and touches no cluster.',
    form: '`build` or `template`',
    fallback: '`build`',
  },
  'template-placeholders': {
    meaning:
      "With `mode: template`: whether the template is for many builds. It then has `{JOB_NAME}`, `{NAMESPACE}` and `{DESTINATION_IMAGE}`, each in two braces, in place of names, for `sed` to fill in; where another input's value has them, they are filled in there as well.",
    form: 'boolean',
    fallback: '`false`',
  },
  builder: {
    meaning:
      "What builds. In the cluster `kaniko`, in a pod that Pod Security's baseline allows, or `buildkit`, for what Kaniko lacks: every `RUN --mount`, stages side by side, attestations, further contexts. On the runner `docker` (buildx where it has it), `buildah`, `podman` or `nerdctl`. `auto` asks those of `builders` and takes the first that can. docs/builders.md compares them.",
    form: '`kaniko`, `buildkit`, `docker`, `buildah`, `podman`, `nerdctl` or `auto`; the name of a builder that docker/setup-buildx-action made means `kaniko`',
    fallback: '`kaniko`',
  },
  builders: {
    meaning: 'Which builders `builder: auto` asks, in this order. Without effect where a builder is named.',
    form: 'list of builders, separated by newlines or commas; `#` lines are ignored',
    fallback: '`kaniko, buildkit, docker, buildah, podman, nerdctl`',
  },
  'allow-privileged': {
    meaning:
      "Whether the build's pod may be one that Pod Security's baseline refuses, which `builder: buildkit` needs. The build's own namespace is then labelled for such pods; an existing `namespace` must allow them itself (`pod-security.kubernetes.io/enforce: privileged`).",
    form: 'boolean',
    fallback: '`false`',
  },
  kubeconfig: {
    meaning:
      "How to reach the cluster: a kubeconfig's content, base64 of it, or the path of one. Given but empty is an error, because it nearly always means a secret that the workflow did not get (pull requests from forks get none) or whose name is misspelled.",
    form: 'text (YAML or JSON content), base64 of it, a path, or `auto`',
    fallback: '`auto`',
  },
  'kube-context': {
    meaning: 'Which context of the kubeconfig to use.',
    form: 'text',
    fallback: "the kubeconfig's current context",
  },
  namespace: {
    meaning:
      'An existing namespace to build in. Without it every build makes a namespace of its own and deletes it afterwards; an existing namespace is never deleted or relabelled.',
    form: "a namespace's name (lower case letters, digits and `-`, at most 63)",
    fallback: '`$KUBE_NAMESPACE`, otherwise a namespace of its own',
  },
  context: {
    meaning:
      "What the Dockerfile's `COPY` and `ADD` see: a directory or a tar file of the workspace, a git repository, or what else Kaniko can fetch. What its `.dockerignore` names is not sent.",
    form: 'path of a directory or tar file, `git`, `git:DIRECTORY`, a git URL, `pvc://CLAIM/PATH`, or the URL of a tar file',
    fallback: '`.`',
  },
  'context-delivery': {
    meaning:
      "How the context reaches the build's pod. `auto`: in a ConfigMap if it is small (900 KiB compressed; in a Secret where only that may be made), else streamed into the pod, whatever its size.",
    form: '`auto`, `configmap` or `stream`',
    fallback: '`auto`',
  },
  file: {
    meaning:
      'Path of the Dockerfile, relative to the workspace; it may lie outside the context. Where the context is no directory of the runner, it is a path in that context.',
    form: 'path',
    fallback: '`Dockerfile` in the context',
  },
  'github-token': {
    meaning:
      'Who clones a `context` that is a repository on the GitHub that the workflow runs on, and, for `context: git`, reads the Dockerfile there. Used for nothing else, and sent nowhere else.',
    form: 'text',
    fallback: "the workflow's own token; nothing in public repositories",
  },
  tags: {
    meaning: 'Where to push the image: one or more image references. Needed unless `push` is `false`.',
    form: 'list, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  registry: {
    meaning:
      'Where `tags` without a registry go: `in-cluster` is the registry that `hybrid-build registry install` has made in the cluster, once. `app:1.4.2` is then pushed to it from the pod, its cache lies there, and the output `pull-image` is the name under which a node pulls it. Tags with a registry go where they say.',
    form: '`in-cluster` or `in-cluster/NAMESPACE`',
    fallback: 'none: such tags go to Docker Hub',
  },
  push: {
    meaning:
      'Whether to push the image. `false` builds, checks and still gives the output `digest`; the image itself is gone with its pod, unless `outputs` brings it to the runner.',
    form: 'boolean',
    fallback: '`true`',
  },
  verify: {
    meaning:
      'Whether the build fails unless the image is proved to be where it was pushed: every tag is read back from its registry, must be the very digest, and for the platform that was asked for, or that nodes of the cluster have.',
    form: 'boolean',
    fallback: '`true` with `registry: in-cluster` that has no credentials, else `false`',
  },
  'verify-pull': {
    meaning:
      "Whether a node must really pull the image before the build counts as one. A short-lived pod is made of it in the build's namespace, where the build's node selector and tolerations lead, pulled anew by its digest, and removed; nothing of the image is run. It needs no right that a build has not.",
    form: 'boolean',
    fallback: '`false`',
  },
  'skip-if-exists': {
    meaning:
      'Whether nothing is built where the registry already has the image that would come out. Its tags then lead to that image, and all outputs are as after a build, with `skipped: true`.',
    form: 'boolean',
    fallback: '`false`',
  },
  outputs: {
    meaning:
      'The image as a file on the runner, in the words of docker/build-push-action, beside what is pushed or with `push: false`. `type=docker` is an archive for `docker load`; `type=oci` is a tar of an OCI image layout, for skopeo, crane or podman.',
    form: 'list of `type=docker,dest=PATH` and `type=oci,dest=PATH`, one a line, at most one of each; `#` lines are ignored',
    fallback: 'no file',
  },
  'build-args': {
    meaning:
      "Values for the Dockerfile's `ARG` instructions. They are visible in the cluster and in the image's history: not a place for secrets.",
    form: 'map, one `KEY=value` a line; `#` lines are ignored',
    fallback: 'none',
  },
  secrets: {
    meaning:
      "Secrets for the Dockerfile's `RUN --mount=type=secret,id=…`. They are in no layer and no argument of the build, unless a RUN puts them into its files; the log masks them.",
    form: 'list of `id=value`, or `"id=value of several lines"`, one after the other; `#` lines are ignored',
    fallback: 'none',
  },
  'secret-files': {
    meaning: 'As `secrets`, from files, byte for byte. Paths are relative to the workspace.',
    form: 'list of `id=path`, one a line; `#` lines are ignored',
    fallback: 'none',
  },
  'secret-envs': {
    meaning: "As `secrets`, from variables of the step's environment, which `env:` sets.",
    form: 'list of `id=VARIABLE`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  target: {
    meaning: 'The stage of the Dockerfile to build.',
    form: 'name or number of a stage',
    fallback: 'the last stage',
  },
  labels: {
    meaning:
      'Labels for the image. The run adds `org.opencontainers.image.title`, `.source`, `.url`, `.revision`, `.created` and, for a tag, `.version` unless you set them (with `reproducible`, `.created` is left out).',
    form: 'map, one `KEY=value` a line; `#` lines are ignored',
    fallback: 'none',
  },
  annotations: {
    meaning:
      'Annotations for the manifest of the image, as docker/metadata-action prints them. Those for an index are left out: an image of one platform has none.',
    form: 'map, one `KEY=value` a line, the key with or without `manifest:` before it; `#` lines are ignored',
    fallback: 'none',
  },
  platforms: {
    meaning:
      'Which platform the image is for. The build then goes to a node of that architecture; Kaniko emulates nothing.',
    form: '`linux/ARCHITECTURE` or `linux/ARCHITECTURE/VARIANT`',
    fallback: 'the platform of the node that builds',
  },
  'image-format': {
    meaning: "Format of the manifest: Docker's or that of the Open Container Initiative.",
    form: '`docker` or `oci`',
    fallback: 'that of the base image; `oci` with `compression: zstd`',
  },
  compression: {
    meaning:
      'How layers are compressed. `zstd` is smaller and quicker to unpack; it needs `image-format: oci`, which it sets.',
    form: '`gzip` or `zstd`',
    fallback: '`gzip`',
  },
  'compression-level': {
    meaning: 'How hard layers are compressed: the higher, the smaller and slower.',
    form: 'whole number, 1 to 9, with `zstd` 1 to 22',
    fallback: "Kaniko's own",
  },
  reproducible: {
    meaning:
      'Whether the same sources give the same digest: times in the image are set to a fixed one, and the label `org.opencontainers.image.created` is left out. It needs memory in the order of the layers.',
    form: 'boolean',
    fallback: '`false`',
  },
  executor: {
    meaning:
      "The image that builds: Kaniko's, or BuildKit's with `builder: buildkit`. Pin a tag, or a digest of a copy in your own registry.",
    form: 'image reference',
    fallback:
      '`$KANIKO_IMAGE`, otherwise `ghcr.io/osscontainertools/kaniko:v1.28.3`; with `builder: buildkit` `$BUILDKIT_IMAGE`, otherwise `docker.io/moby/buildkit:v0.34.2`',
  },
  'helper-image': {
    meaning:
      "The image of the container beside Kaniko's that brings files to the runner. It is used only where `outputs` asks for a file.",
    form: 'image reference',
    fallback:
      'the `-debug` tag of `executor`, as in `ghcr.io/osscontainertools/kaniko:v1.28.3-debug`; none where `executor` has no tag, or a digest',
  },
  'snapshot-mode': {
    meaning:
      'What tells Kaniko that a file has changed: `full` looks at its content and its metadata, `redo` at time, size, mode and owner, `time` at its time alone. `redo` is much faster in images with many files; `time` misses changes.',
    form: '`full`, `redo` or `time`',
    fallback: '`full`',
  },
  'single-snapshot': {
    meaning:
      'Whether the whole stage becomes one layer, for which Kaniko looks at the files once, at the end.',
    form: 'boolean',
    fallback: '`false`',
  },
  'use-new-run': {
    meaning:
      'Whether Kaniko looks for what a `RUN` has changed by time stamps, without a snapshot. Faster in images with many files.',
    form: 'boolean',
    fallback: '`false`',
  },
  verbosity: {
    meaning:
      'How much Kaniko tells. Less than `info` is refused: the log could not say any more what is being built.',
    form: '`info`, `debug` or `trace`',
    fallback: '`info`',
  },
  'push-retry': {
    meaning: 'How often Kaniko tries a failed push again.',
    form: 'whole number, 0 to 20',
    fallback: '`3`',
  },
  cache: {
    meaning: 'Whether to reuse the layers of earlier builds, kept in a registry.',
    form: 'boolean',
    fallback: '`true`',
  },
  'no-cache': {
    meaning: 'The same as `cache: false`, under the name that docker/build-push-action has for it.',
    form: 'boolean',
    fallback: '`false`',
  },
  'cache-repository': {
    meaning: 'Repository that holds cached layers.',
    form: 'image repository, without tag or digest',
    fallback:
      'the repository of the first tag followed by `/cache`; on Docker Hub, which has no third part, followed by `-cache`',
  },
  'cache-ttl': {
    meaning: 'How old a cached layer may be.',
    form: 'duration: seconds, or `90s`, `15m`, `2h`, `1h30m`',
    fallback: '`24h`',
  },
  'cache-write': {
    meaning:
      'Whether this build adds its layers to the cache. By default only builds that push do: a pull request must not poison the cache of the main branch.',
    form: 'boolean',
    fallback: 'the value of `push`',
  },
  'cache-from': {
    meaning:
      "The cache in the words of docker/build-push-action. `type=registry,ref=…` is `cache-repository`; other types are refused. Kaniko's cache is a repository: a tag is dropped, and the repository of the image itself is not taken, but the default of `cache-repository`. With `builder: buildkit` the cache is the very tag that is named, also one beside the image, unless the image itself goes there; of several tags that of `cache-to` is written, and all are read. On the runner docker's own BuildKit writes its cache into the image and reads others; docker-container and nerdctl do as BuildKit, buildah and podman as Kaniko.",
    form: 'list, one `type=registry,ref=REPOSITORY` or `REPOSITORY` a line, all of one repository',
    fallback: 'none',
  },
  'cache-to': {
    meaning: 'The same for writing: like `cache-from`, and `cache-write: true`.',
    form: 'as `cache-from`',
    fallback: 'none',
  },
  'cache-volume': {
    meaning:
      "An existing claim of a volume with base images, in the namespace that `namespace` gives. Kaniko takes from it what it finds there instead of pulling it (`--cache-dir`); Kaniko's warmer fills it. Layers of builds are not kept in it, but in `cache-repository`.",
    form: 'name of a PersistentVolumeClaim; needs `namespace` and the cache',
    fallback: 'none',
  },
  'registry-mirror': {
    meaning:
      "Registries asked for Docker Hub's images before Docker Hub itself. A path leads to a mirror that is one project of its registry, as in Harbor.",
    form: 'list of `host[:port]` or `host[:port]/path`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  'registry-map': {
    meaning:
      "Registries that are asked for the images of others first, as pull-through caches are: for Docker Hub's there is `registry-mirror` too.",
    form: 'map, one `host[:port]=host[:port][/path]` a line; `#` lines are ignored',
    fallback: 'none',
  },
  'insecure-registries': {
    meaning: 'Registries that speak plain HTTP. Everything else is spoken to over TLS.',
    form: 'list of `host[:port]`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  registries: {
    meaning:
      'Who the build is at registries: those it pushes to, reads base images and cached layers from, or uses as mirrors. Nothing is sent for others. docs/registries.md has an example for each kind of registry.',
    form: 'YAML list of `registry` (host[:port]), `username`, `password`, and perhaps `for` (`build` or `push`)',
    fallback: 'none',
  },
  'registry-secret': {
    meaning:
      "An existing Secret of the type kubernetes.io/dockerconfigjson with registry credentials, in the namespace that `namespace` gives. Asked after `registries` and the runner's Docker config.",
    form: 'name of a Secret; needs `namespace`',
    fallback: 'none',
  },
  'service-account': {
    meaning:
      "An existing service account for the build's pod, in the namespace that `namespace` gives. Kaniko signs in with it at Amazon ECR, Google Artifact Registry and Azure Container Registry, where the cluster lets its pods have an identity of that cloud.",
    form: 'name of a service account; needs `namespace`',
    fallback: "one without any rights: the build's own, or in a given namespace the `default` one",
  },
  'isolate-credentials': {
    meaning:
      'Whether the credentials that push are kept from the Dockerfile. Kaniko runs each RUN in its own container, where a RUN as root can read what Kaniko is signed in with. Isolated, that container builds and does not push; when it has ended a second one, which runs nothing of the Dockerfile, pushes with credentials that only it has. It takes about a second longer, room for a second copy of the image on the node, and a push that is refused is told only after the build.',
    form: '`auto`, `true` or `false`',
    fallback: '`auto`',
  },
  'registry-certificates': {
    meaning:
      'Certificates of private authorities, each for a registry whose certificate comes from it: PEM, or the path of a file with it.',
    form: 'map, one `host[:port]=path` or `host[:port]=PEM` after the other; a PEM keeps its line breaks; `#` lines are ignored',
    fallback: 'none',
  },
  'skip-tls-verify-registries': {
    meaning:
      'Registries that speak TLS with a certificate that is not checked. Whoever stands between sees the credentials: `registry-certificates` is better.',
    form: 'list of `host[:port]`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  resources: {
    meaning: 'What the build may use of its node. What is left out keeps its default.',
    form: 'YAML (or JSON) with `requests` and `limits`, each of `cpu`, `memory`, `ephemeral-storage` as Kubernetes quantities',
    fallback: '`{requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1000m, memory: 2Gi}}`',
  },
  'node-selector': {
    meaning: 'Labels that a node must have to run the build. `kubernetes.io/os=linux` is always asked for.',
    form: 'map, one `key=value` a line or separated by commas, or a YAML mapping; `#` lines are ignored',
    fallback: 'any Linux node',
  },
  tolerations: {
    meaning: 'Taints of nodes that the build puts up with.',
    form: "YAML list of Kubernetes' tolerations (`key`, `operator`, `value`, `effect`, `tolerationSeconds`), or buildx's `key=…,operator=…,value=…,effect=…`, one a line",
    fallback: 'none',
  },
  affinity: {
    meaning: 'Which nodes the build prefers or needs, and which pods it wants to be near to or far from.',
    form: "YAML, `affinity` of a pod's spec: `nodeAffinity`, `podAffinity`, `podAntiAffinity`",
    fallback: 'none',
  },
  'priority-class': {
    meaning: "Priority of the build's pod: whom it may push off a node, and who may push it off.",
    form: 'name of a PriorityClass',
    fallback: "the cluster's",
  },
  'runtime-class': {
    meaning:
      "What runs the build's containers, for example gVisor or Kata Containers, which put a wall between the build and its node.",
    form: 'name of a RuntimeClass',
    fallback: "the node's",
  },
  'image-pull-secrets': {
    meaning:
      'Existing Secrets with which the node pulls the `executor` and the `helper-image`, in the namespace that `namespace` gives. For the build itself there is `registries`.',
    form: 'list of names, separated by newlines or commas; needs `namespace`',
    fallback: 'none',
  },
  'pod-labels': {
    meaning: "Labels for the build's pod.",
    form: 'map, one `key=value` a line; `#` lines are ignored',
    fallback: 'none',
  },
  'pod-annotations': {
    meaning: "Annotations for the build's pod.",
    form: 'map, one `key=value` a line; `#` lines are ignored',
    fallback: 'none',
  },
  'host-aliases': {
    meaning: "Names for addresses in the build's `/etc/hosts`, for Kaniko and for each `RUN`.",
    form: 'YAML list of `ip` and `hostnames`, or `name:ip`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  'add-hosts': {
    meaning: 'The same as `host-aliases`, under the name that docker/build-push-action has for it.',
    form: 'list of `name:ip`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none',
  },
  'pod-proxy': {
    meaning:
      "Whether the build uses the runner's proxies: `inherit` gives it `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the runner's environment, for Kaniko and for each `RUN`. None of them is in the image.",
    form: '`inherit` or `none`',
    fallback: '`none`',
  },
  'shm-size': {
    meaning:
      "Size of `/dev/shm`, which is memory and counts as the build's. Without it the container runtime gives 64 MiB.",
    form: 'amount of memory as Docker spells it (`128m`, `2g`) or Kubernetes (`512Mi`)',
    fallback: 'none',
  },
  'pod-template': {
    meaning:
      "Anything else of the build's pod, merged into it as `kubectl patch` does: mappings field by field; lists of containers, volumes, variables and mounts by name; other lists are replaced; `null` removes a field. The container that builds is named `kaniko`.",
    form: 'YAML with `metadata` and `spec`, as in the `template` of a Job',
    fallback: 'none',
  },
  'allow-unsafe-pod-template': {
    meaning:
      'Whether `pod-template` may change security settings, the command and the service account as well, and have what is refused otherwise. Who writes it then has the node; never take it from a pull request.',
    form: 'boolean',
    fallback: '`false`',
  },
  timeout: {
    meaning: 'How long the build may take, from the start of its container to its end.',
    form: 'duration: seconds, or `90s`, `15m`, `2h`, `1h30m`',
    fallback: '`$BUILD_TIMEOUT`, otherwise `600` (ten minutes)',
  },
  'schedule-timeout': {
    meaning:
      "How long to wait until the build's container runs: for a node with room, for a node to be added, for the executor's image to be pulled.",
    form: 'duration: seconds, or `90s`, `15m`, `2h`, `1h30m`',
    fallback: '`10m`',
  },
  'user-namespace': {
    meaning:
      'Whether the build runs in a user namespace, where its root is nobody on the node. `auto` asks for one, and builds once more without where the node that takes the build cannot; `true` insists on it, `false` builds without.',
    form: '`auto`, `true` or `false`',
    fallback: '`auto`',
  },
  capabilities: {
    meaning:
      'Linux capabilities that Kaniko, and with it each `RUN` as root, has besides those that Dockerfiles ordinarily need. docs/capabilities.md says which those are, and which operation needs which.',
    form: 'list of `AUDIT_WRITE`, `CHOWN`, `DAC_OVERRIDE`, `FOWNER`, `FSETID`, `KILL`, `MKNOD`, `NET_BIND_SERVICE`, `SETFCAP`, `SETGID`, `SETPCAP`, `SETUID` and `SYS_CHROOT`, separated by newlines or commas; `#` lines are ignored',
    fallback: 'none besides those',
  },
  'network-policy': {
    meaning:
      "A NetworkPolicy for the build's own namespace, which is there before the pod is. Network plugins that enforce no policies take it and let everything through: whether yours enforces them, who runs the cluster knows.",
    form: '`none`, `registries`, or YAML with `ingress` and `egress` as in `spec` of a NetworkPolicy',
    fallback: '`none`',
  },
  cleanup: {
    meaning:
      "What becomes of the build's objects in the cluster at its end, whose log, state and events `kubectl` can then look at: `always` removes them, `on-success` keeps those of a failed build, `never` keeps them in any case, the build's own namespace included.",
    form: '`always`, `on-success` or `never`',
    fallback: '`always`',
  },
  'job-name': {
    meaning: 'Beginning of the names of the Job and what belongs to it; five random characters follow.',
    form: 'lower case letters, digits and `-`, at most 63',
    fallback: "the last part of the first tag's repository",
  },
  'kaniko-args': {
    meaning:
      "More flags for Kaniko's executor, appended as they are. Flags that an input of the action stands for, or that the action needs for itself, are refused, naming the input.",
    form: 'list, one `--flag` or `--flag=value` a line; `#` lines are ignored',
    fallback: 'none',
  },
  load: {
    meaning:
      "Whether the image is put, under its tags, into the image store of whoever builds: with builders of the runner that of the runner's tool, with builders in the cluster that of the node's containerd. With `push: false` a cluster of one node (k3s, kind) then needs no registry at all.",
    form: 'boolean',
    fallback: '`false`',
  },
  provenance: {
    meaning:
      'Whether a record of how the image was built goes with it: SLSA provenance, an attestation that is not signed. BuildKit in the cluster has it, and on the runner docker (with buildx and a builder of its own) and nerdctl.',
    form: '`true`, `false`, or `key=value,key=value`',
    fallback: '`false`',
  },
  sbom: {
    meaning:
      'Whether a list of the packages in the image goes with it: an SBOM (SPDX), an attestation that is not signed. Builders have it as they have `provenance`, and Kaniko refuses it as it does that.',
    form: '`true`, `false`, or `generator=IMAGE`',
    fallback: '`false`',
  },
  attests: {
    meaning:
      'Both of `provenance` and `sbom` as docker buildx writes them. An input of its own goes before what is said here; of lines of one type the last counts.',
    form: 'list, one `type=provenance` or `type=sbom` a line, with attributes behind a comma',
    fallback: 'none',
  },
  ssh: {
    meaning:
      "Private keys for the Dockerfile's `RUN --mount=type=ssh`. BuildKit in the cluster has it, and all builders of the runner but docker without buildx.",
    form: 'list of `ID=PATH` or `ID=PATH,PATH`, one a line, each id once; paths are relative to the workspace; on the runner also `ID`',
    fallback: 'none',
  },
  'build-contexts': {
    meaning:
      'Further contexts, which `FROM` and `COPY --from` know by their names: a directory, an image in the place of another one, a git repository, an archive. BuildKit in the cluster has it, and all builders of the runner but docker without buildx.',
    form: 'list of `NAME=DIRECTORY`, `NAME=docker-image://IMAGE`, `NAME=GIT-URL` or `NAME=https://…`, one a line',
    fallback: 'none',
  },
  network: {
    meaning:
      "The network of each RUN: `none`, `host`, or the builder's own choice. BuildKit in the cluster and all builders of the runner have it.",
    form: '`default`, `none` or `host`',
    fallback: '`default`',
  },
  'no-cache-filters': {
    meaning:
      'Stages of the Dockerfile that are built anew, whatever the cache has. BuildKit in the cluster has it, and on the runner docker with buildx.',
    form: 'list of stages, separated by newlines or commas',
    fallback: 'none',
  },
  pull: {
    meaning:
      'Whether the registry is asked for base images that are there already. Kaniko and BuildKit in the cluster begin with none, so that they always ask; it counts for builders of the runner.',
    form: 'boolean',
    fallback: '`false`',
  },
  ulimit: {
    meaning:
      'Limits of the processes of each RUN, as docker writes them. BuildKit in the cluster has it, and on the runner docker, buildah and podman.',
    form: 'list of `NAME=SOFT` or `NAME=SOFT:HARD`, separated by newlines or commas',
    fallback: "the builder's own",
  },
  allow: {
    meaning:
      'What a RUN may be let do besides: `network.host` for `RUN --network=host`, `security.insecure` for `RUN --security=insecure`. BuildKit in the cluster has it, and on the runner docker with buildx and nerdctl.',
    form: 'list of `network.host` and `security.insecure`, separated by newlines or commas',
    fallback: 'none',
  },
}
