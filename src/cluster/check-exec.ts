import { isAborted, unlessAborted } from './aborted.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { ContainerChannel } from './container-channel.ts'
import { explainExec } from './explain-exec.ts'
import { execOf } from './paths.ts'

/** No pod is named so: who may execute something in it is told that it is not there, who may not is told that. */
const NO_POD = 'no-such-pod'

/** How long the answer may take, in milliseconds: without one it is seen when it is needed. */
const LIMIT_MS = 5_000

/** Whether something could be executed in a namespace's pods, before there are any: see the port. */
export async function checkExec(api: Api, namespace: string, signal: AbortSignal): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const query = { command: 'true', stdout: 'true' }
  let channel: ContainerChannel | undefined
  try {
    channel = await unlessAborted(
      api.exec(execOf(namespace, NO_POD), query, () => undefined, within),
      within,
    )
  } catch (error) {
    signal.throwIfAborted()
    if (isAborted(within) || !(error instanceof ApiError) || !isRefusal(error)) return
    throw explainExec(error, { namespace }, api.server)
  } finally {
    channel?.terminate()
  }
}

/** 404 is what is to come; what a server in trouble says is no answer. */
const isRefusal = ({ status }: ApiError): boolean => status === 403 || status === 400 || status === 426
