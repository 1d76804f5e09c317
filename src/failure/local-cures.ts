/** What to do about failures of builds on the runner. */
export const LOCAL_CURES = {
  run: 'mend what the instruction runs; it fails the same way wherever it is built',
  exit: {
    126: 'exit code 126: a program was found and cannot be executed; look at its mode (chmod +x) and its platform',
    127: 'exit code 127: the shell did not find a program; install it, or look at PATH',
  } as Readonly<Record<string, string>>,
  shell: [
    'use a base image with a shell for this stage, or the exec form: RUN ["/program", "argument"]',
    'a program that is there and is not found is made for another platform or needs a loader that is not there',
  ],
  memory: [
    'see first whether it does that itself: timeout -s KILL, kill -9, exit 137',
    'use a runner with more memory, or let it do less at once (make -j2, NODE_OPTIONS=--max-old-space-size=…)',
  ],
  disk: ['free the disk of the runner, or use one with more'],
  container: [
    'set BUILDAH_ISOLATION: chroot in the step’s env, where containers cannot be nested',
    'look at what the runtime says; what a RUN does has not been tried yet',
  ],
  history: [
    'build that image anew with docker, buildah or BuildKit, which write a history; or use another builder for this one',
  ],
  daemon: [
    'look whether memory or the disk of the runner had run out, and at the daemon’s own log (journalctl -u docker)',
    'run it again',
  ],
  dockerfile: ['set `file` to the path of the Dockerfile, relative to the workspace'],
  syntax: ['mend that line; the Dockerfile reference: https://docs.docker.com/reference/dockerfile/'],
  target: 'set `target` to a name that stands after AS in a FROM line, or leave it out for the last stage',
  copy: [
    'look at the path: it is relative to `context`, not to the Dockerfile, and case counts; .dockerignore may leave it out',
    'look whether an earlier step was to make it',
  ],
  copyFromStage: ['look at the path after --from: it is where that stage puts the file'],
  baseImage: [
    'look at the name and the tag; registries answer the same to what is private and to what does not exist',
    'credentials that may read it belong into `registries`',
    'where it says TOOMANYREQUESTS: wait, or name a mirror',
  ],
  unreachable: [
    'a registry that speaks plain HTTP is named in `insecure-registries`; docker’s daemon knows its own from daemon.json alone',
    'the certificate of a private authority is given in `registry-certificates`; docker’s daemon takes it from /etc/docker/certs.d',
  ],
  pushDenied: [
    'the credentials must be allowed to write to that repository; they belong into `registries`',
    'docs/registries.md has an example for each kind of registry',
  ],
  immutable: ['push under a tag that is new at every build, for example ${{ github.sha }}'],
  name: ['make the repository or project first; some registries allow no nested names'],
} as const
