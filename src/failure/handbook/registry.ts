import type { Chapter } from './chapter.ts'

export const REGISTRY = {
  title: 'the registry',
  entries: {
    'push-denied': {
      meaning: 'The registry does not let the build push.',
      causes: [
        'It got no credentials, or wrong ones, or ones that may only read. The log says for each registry where they came from, or what was tried; [registries.md](registries.md) has an example for each kind of registry.',
        '**GHCR**: the token needs `write:packages`; `GITHUB_TOKEN` needs `permissions: packages: write`, and the package must be linked to the repository.',
        '**Docker Hub**: an access token with Read & Write; the name begins with your own user or organisation.',
      ],
      more: "the registry's own words are quoted in the log.",
    },
    'push-unreachable': {
      meaning: 'The registry of a destination does not answer the pod, or answers with an error of its own.',
      causes: [
        'Its address must be one that pods reach: `localhost` is the pod itself, and a name that only the runner knows helps nobody there.',
        '**server gave HTTP response to HTTPS client**: name it in `insecure-registries`.',
        '**x509**: its certificate comes from an authority that the executor image does not know. Give that authority’s certificate in `registry-certificates`.',
        '**500, 502, 503**: the registry is in trouble, or its disk is full. The push was tried again three times; the layers that arrived need not be sent again.',
      ],
      more: '`kubectl run -it --rm --image=busybox look -- wget -O- https://REGISTRY/v2/` tries the way from a pod.',
    },
    'push-immutable': {
      meaning: 'The tag exists already, and the registry does not let tags be changed.',
      causes: ['Push under a tag that is new in every run, such as `${{ github.sha }}`.'],
      more: 'the settings of the repository at the registry.',
    },
    'registry-name': {
      meaning: 'The registry has no repository of that name, or cannot have one.',
      causes: [
        '**ECR, Artifact Registry, Harbor**: the repository or project must exist before the first push.',
        'Names are lower case. Some registries allow only so many parts between the slashes.',
      ],
      more: "the registry's own words are quoted in the log.",
    },
    'image-not-available': {
      meaning:
        'The image was built and pushed, and `verify` or `verify-pull` found that a deployment would not get it: a tag is another image, the registry does not confirm it, a node cannot pull it, or it is for other machines. The log says which, with the words of the registry or of the node’s container runtime.',
      causes: [
        '**Another name**: pods may push to a name that nodes do not know, such as that of a Service. Nodes look names up as the machine does, not as pods do.',
        '**Another registry**: a mirror in the node’s container runtime, or another registry under the same name, answers the node.',
        '**No credentials**: nodes pull with image pull secrets, not with what the build pushes with. `verify-pull` uses the build’s own credentials and `image-pull-secrets`; the deployment needs its own.',
        '**Plain HTTP or a private authority**: `insecure-registries` and `registry-certificates` are for the build; every node’s container runtime must be told as well.',
        '**Architecture**: a base image for one platform makes an image for that one.',
        '**The registry does not confirm it**: the runner does not reach the registry, or may not read there. Registries that are Services of the cluster are also asked through the API server, which needs the right to `get` `services/proxy`, and passes no credentials on.',
      ],
      more: '[deploying.md](deploying.md#image-not-found-after-the-build); `kubectl describe pod` of the pod that cannot pull.',
    },
    'cache-denied': {
      meaning:
        'A warning, never a failure: layers could not be written to `cache-repository`, or read from it. The image is built and pushed all the same; the next build is slower.',
      causes: [
        'The credentials must be allowed to write there, or set `cache-write: false`.',
        "Name another place in `cache-repository`: some registries allow no repository below the image's own.",
      ],
      more: '[inputs.md](inputs.md#cache-repository).',
    },
    'registry-missing': {
      meaning: 'The cluster has no registry of ours where `registry: in-cluster` looks for it.',
      causes: [
        'Install it once: `hybrid-build registry install`. Who builds needs no right for that.',
        'It is in another namespace: `registry: in-cluster/NAMESPACE`.',
        'Its installation did not come to its end: `hybrid-build registry status` says how far it is.',
      ],
      more: '[in-cluster-registry.md](in-cluster-registry.md).',
    },
    'registry-not-ready': {
      meaning: 'The registry in the cluster does not run, or does not take what is pushed.',
      causes: [
        '**Its claim has no volume**: the cluster has no default storage class. Name one with `--storage-class`, or take `--ephemeral` for a folder of the node.',
        '**Its image cannot be pulled**: name a copy that the nodes reach with `--image`.',
        '**Its volume is full**: `hybrid-build registry prune`.',
      ],
      more: '`kubectl -n hybrid-build-registry describe pods` says what the cluster waits for.',
    },
    'registry-unreachable': {
      meaning:
        'The registry in the cluster runs, but a node could not pull from it by any way that was tried. The log has each node’s own words.',
      causes: [
        '**server gave HTTP response to HTTPS client**: the container runtime speaks plain HTTP to `localhost` alone; the log has the lines that let it speak so to the registry.',
        '**connection refused on localhost**: the NodePort is not served there (kube-proxy in the mode nftables or ipvs, or a network plugin in its place). `--allow-host-network` takes a small proxy on each node instead.',
      ],
      more: '[in-cluster-registry.md](in-cluster-registry.md#ways).',
    },
  },
} as const satisfies Chapter
