import type { Chapter } from './chapter.ts'

export const DOCKERFILE = {
  title: 'the Dockerfile',
  entries: {
    'dockerfile-missing': {
      meaning: 'There is no file where the Dockerfile was looked for.',
      causes: [
        '`file` is relative to the workspace, not to `context`; without it, it is `Dockerfile` in `context`. With a context that is no directory of the runner (a tar file, git, `pvc://` …) it is a path in that context.',
        'The log names files nearby that could be meant. Case counts: `dockerfile` is another file.',
        'Is there an `actions/checkout` step before this one? A directory of the runner needs it.',
      ],
      more: '[inputs.md](inputs.md#file).',
    },
    'dockerfile-syntax': {
      meaning: 'The Dockerfile cannot be parsed. The log names the line.',
      causes: [
        "Kaniko knows BuildKit's syntax, but not all of it: a `# syntax=` line loads nothing.",
        '**refers to a stage that does not exist**: `--from=` names a stage that stands further below, or none.',
      ],
      more: '[Docker: Dockerfile reference](https://docs.docker.com/reference/dockerfile/).',
    },
    'target-missing': {
      meaning:
        'No stage has the name in `target`. The log lists the stages that there are, with their lines, and the nearest name.',
      causes: ['A name is what stands after `AS` in a `FROM` line.'],
      more: '[inputs.md](inputs.md#target).',
    },
    'copy-source-missing': {
      meaning:
        'A source of `COPY` or `ADD` is not there. The log names the lines of the instruction, and the ignore file where one leaves the source out.',
      causes: [
        'Paths are relative to `context`, and cannot lead out of it. Case counts.',
        '`.dockerignore`, or `Dockerfile.dockerignore` beside the Dockerfile, may leave the file out.',
        'It may be the result of an earlier step or job that did not run, or was not downloaded.',
        'After `--from=STAGE`: the path in that stage, as its instructions leave it.',
        '`ADD https://…`: the pod must be able to reach that server.',
      ],
      more: '`ls -la CONTEXT` in the step before.',
    },
    'base-image-missing': {
      meaning: 'A base image cannot be found, or its registry cannot be reached from the pod.',
      causes: [
        '**MANIFEST_UNKNOWN, NAME_UNKNOWN, not found**: look at name and tag.',
        "**no child with platform**: the image is not made for the node's processor.",
        '**no such host, i/o timeout, connection refused**: pods may have another network than the runner. Name a mirror in `registry-mirror`.',
        '**server gave HTTP response to HTTPS client**: name the registry in `insecure-registries`.',
        "**x509**: the registry's certificate comes from an authority that the executor image does not know.",
      ],
      more: '`kubectl run -it --rm --image=busybox look -- wget -O- https://REGISTRY/v2/` tries the way from a pod.',
    },
    'base-image-denied': {
      meaning: 'The registry does not let the build read a base image.',
      causes: [
        'It is private, or it does not exist: registries answer the same to both. The log says where its credentials came from, or what was tried: [registries.md](registries.md).',
        'Its registry is in a variable that only the build knows: credentials are sent for registries that can be told beforehand. Give the variable in `build-args`, or a default in its `ARG`.',
        '**TOOMANYREQUESTS**: the registry limits pulls by address, which all pods of a cluster may share. Use a mirror.',
      ],
      more: '[Docker Hub: pull limits](https://docs.docker.com/docker-hub/usage/).',
    },
    'run-failed': {
      meaning:
        'An instruction ended with an exit code other than 0, or Kaniko gave up for a reason that has no code of its own; its words are quoted. The log shows the instruction with its lines in the Dockerfile, and the last lines that it printed.',
      causes: [
        'A build of the same Dockerfile elsewhere fails the same way, unless it depends on network, memory, or the processor. It is never tried again by itself.',
        '**127**: a program was not found. **126**: found, and not executable.',
        '**137, or killed**: by the instruction itself (`timeout -s KILL`, `kill -9`), or for want of memory, which the cluster mostly notices and tells as `out-of-memory`.',
        '**exec format error**: a program made for another processor than the node has.',
        '**operation not permitted**: the build has few privileges. `mount`, `iptables`, `docker` and what loads kernel modules cannot run in it.',
        'If it fails here only, say `RUN set -x; …` to see the command.',
      ],
      more: 'the whole of what it printed stands in the log, in the group of that instruction.',
    },
    'no-shell': {
      meaning: "The stage's image has no program to run the instruction with: `RUN command` needs `/bin/sh`.",
      causes: [
        '`FROM scratch` and distroless images have none. Do the work in an earlier stage and copy the result.',
        'If the program is there, what is missing is its loader: one made for glibc does not run on Alpine.',
      ],
      more: '[Docker: multi-stage builds](https://docs.docker.com/build/building/multi-stage/).',
    },
  },
} as const satisfies Chapter
