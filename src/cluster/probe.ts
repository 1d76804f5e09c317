import { unlessAborted } from './aborted.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import { explained } from './explain-error.ts'
import { collectionOf } from './paths.ts'

/** Nothing of that name is ever made. */
const NAME = 'container-build-probe'

/**
 * Whether a build could begin: see the port. The first object of one is created
 * as a dry run, which goes through sign-in, rights, quotas and admission, and
 * leaves nothing. A webhook that knows no dry runs says nothing of builds.
 */
export async function probeCreate(
  api: Api,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const [path, body, doing] =
    namespace === undefined
      ? [collectionOf('Namespace', ''), NAMESPACE, 'creating a namespace']
      : [collectionOf('Job', namespace), jobIn(namespace), `creating a Job in namespace "${namespace}"`]
  try {
    const post = { method: 'POST', path, query: { dryRun: 'All' }, body, retry: ONCE } as const
    await unlessAborted(api.call(post, signal), signal)
  } catch (error) {
    signal.throwIfAborted()
    if (isUnknowable(error)) return
    throw explained(error, doing, api.server)
  }
}

/** A probe has seconds. */
const ONCE = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } }

const jobIn = (namespace: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: NAME, namespace },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        containers: [{ name: 'probe', image: 'probe.invalid/probe' }],
      },
    },
  },
})

/** The name is taken, or somebody on the way does not do dry runs. */
function isUnknowable(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return error.status === 409 || (error.status === 400 && /dry.?run/i.test(error.message))
}
