import type { ConsideredBuilder } from '../builders/choice.ts'
import type { BuilderName } from '../request/builder-choice.ts'
import type { Failure } from './failure.ts'

/** What to do so that a builder can build. */
const CURES: Readonly<Record<BuilderName, string>> = {
  kaniko: 'for kaniko: a cluster that answers (`kubeconfig`), and the rights of README.md, «Rights», in it',
  buildkit: 'for buildkit: the same, and `allow-privileged: true`',
  docker: 'for docker: install it and its plugin buildx, and start its daemon',
  buildah: 'for buildah: apt-get install buildah, or your system’s package of that name',
  podman: 'for podman: apt-get install podman, or your system’s package of that name',
  nerdctl: 'for nerdctl: install nerdctl, containerd and buildkitd, and start both daemons',
}

/** A builder that was asked for and cannot be used; `reason` completes a sentence. */
export function noTool(builder: BuilderName, reason: string): Failure {
  return {
    code: 'tool-missing',
    headline: `${builder} cannot build here: ${reason.replace(/[.?!]+$/, '')}.`,
    details: [],
    cures: [CURES[builder], 'or let another builder build: `builder: auto`'],
  }
}

/** None of the builders that `auto` asked can build. */
export function noBuilder(builders: readonly ConsideredBuilder[]): Failure {
  const width = Math.max(...builders.map(({ builder }) => builder.length))
  return {
    code: 'tool-missing',
    headline: `None of the builders can build: ${builders.map(({ builder }) => builder).join(', ')}.`,
    details: builders.map(({ builder, why }) => `${builder.padEnd(width)}  ${why}`),
    cures: ['one of these is enough', ...builders.map(({ builder }) => CURES[builder])],
  }
}
