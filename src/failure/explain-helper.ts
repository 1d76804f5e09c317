import { stateOf } from '../kubernetes/container-status.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { EndedBuild } from './ended-build.ts'
import { pullWords } from './explain-pull.ts'
import type { Failure } from './failure.ts'
import { pushedAllTheSame } from './output-failed.ts'
import type { Words } from './words.ts'

/** Words for a container beside Kaniko's that cannot be started, or has ended by itself. */
export function explainHelper({ code, detail }: Diagnosis, ended: EndedBuild): Failure {
  const { plan } = ended
  const image = plan.imageFiles?.helperImage ?? ''
  const { headline, cures } = code === 'executor-pull' ? pullHelper(image, detail) : runHelper(image, detail)
  const failure = { code, headline, details: detail === '' ? [] : [detail], cures }
  const digest = builtDigest(ended)
  return digest === undefined ? failure : pushedAllTheSame(failure, plan, digest)
}

/** Kaniko may have been quicker than the pull of the other image. */
function builtDigest({ snapshot, build }: EndedBuild): string | undefined {
  const { exitCode, message = '' } = stateOf(snapshot.pod, build.container)?.terminated ?? {}
  return exitCode === 0 ? /^sha256:[0-9a-f]{64}$/.exec(message.trim())?.[0] : undefined
}

const WITHOUT = 'or leave `outputs` out: without it the image is not needed'

function pullHelper(image: string, said: string): Words {
  const { headline, cures } = pullWords({ image, input: 'helper-image', called: 'helper image' }, said)
  return { headline, cures: [...cures, WITHOUT] }
}

/** 126 and 127 are a shell's for what it cannot run, 128 the container runtime's. */
const ENDED = /^it ended with exit code (?!12[678]\b)/

function runHelper(image: string, said: string): Words {
  if (ENDED.test(said)) {
    return {
      headline: 'The container that was to fetch the image ended before the image was there.',
      cures: ['run it again; the events of the pod say who ended it, and its memory is 64 MiB', WITHOUT],
    }
  }
  return {
    headline: `The helper image ${image}, which \`outputs\` needs, cannot be run.`,
    cures: ['set `helper-image` to an image with a shell, tar, tee and sha256sum, like busybox', WITHOUT],
  }
}
