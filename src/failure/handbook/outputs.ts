import type { Chapter } from './chapter.ts'

export const OUTPUTS = {
  title: 'the image as a file',
  entries: {
    'output-failed': {
      meaning:
        'The image was built, and a file that `outputs` asks for could not be brought to the runner. With `push: true` the image is in its registry all the same; the log says so. What came of a file is removed, unless the runner itself is killed: then a file whose name ends in `.part` stays beside it.',
      causes: [
        "**A policy forbids it**: some clusters refuse `kubectl exec` altogether. Ask for an exception for the builds' namespace.",
        '**It did not arrive whole**, three times: proxies and load balancers that end long or large connections are the usual cause. Length and SHA-256 are compared; what differs is not kept.',
        "**It cannot be read in its pod**: a RUN of the Dockerfile has written where Kaniko puts the image. Only what the image's manifest names is sent.",
        "**The runner's disk is full**, or its folder cannot be written: the log says which.",
        '**It was not there within the time of `timeout`**: raise it, or make the image smaller.',
        '**A proxy or load balancer lets no WebSockets through.**',
      ],
      more: '`kubectl auth can-i create pods/exec -n NAMESPACE` with the same kubeconfig.',
    },
    'load-failed': {
      meaning:
        'The image was built, and `load` could not give it to the container runtime of the node that built it, or a pod there did not find it. The log has the words of the node.',
      causes: [
        '**Another container runtime**: only containerd can be given images this way. CRI-O and Docker need a registry.',
        '**No `ctr` on the node**: it comes with containerd, k3s, RKE2 and kind; some minimal systems leave it out.',
        '**The namespace does not allow such pods**: what gives the image over mounts the node’s file system, to read. Namespaces of a build’s own are labelled for it.',
        '**An admission policy refuses host paths**: push the image to a registry instead.',
      ],
      more: '[deploying.md](deploying.md#without-a-registry).',
    },
  },
} as const satisfies Chapter
