import { ActionError } from '../failure/failure.ts'
import { configIn } from '../plan/registry-secret.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { RegistrySecretReading } from './cluster-session.ts'
import { explained } from './explain-error.ts'
import { parseObject } from './json.ts'
import { objectPath } from './paths.ts'
import { FIRST_CONTACT } from './retry.ts'

/** The user's own Secret with registry credentials; see the port. What it holds is never quoted. */
export async function readRegistrySecret(
  api: Api,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<RegistrySecretReading> {
  const path = objectPath('Secret', namespace, name)
  try {
    const { body } = await api.call({ method: 'GET', path, retry: FIRST_CONTACT }, signal)
    const config = configIn(parseObject(body))
    if (config === undefined) throw unusable(namespace, name)
    return { kind: 'read', config }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw absent(namespace, name)
    const said = explained(error, `reading Secret "${name}" in namespace "${namespace}"`, api.server)
    if (said instanceof ActionError && said.failure.code === 'forbidden') {
      return { kind: 'refused', failure: said.failure }
    }
    throw said
  }
}

function absent(namespace: string, name: string): ActionError {
  return new ActionError({
    code: 'config-missing',
    headline: `There is no Secret "${name}" in namespace "${namespace}", which \`registry-secret\` names.`,
    details: [],
    cures: [
      `kubectl -n ${namespace} create secret docker-registry ${name} --docker-server=HOST --docker-username=USER --docker-password=PASSWORD`,
    ],
  })
}

function unusable(namespace: string, name: string): ActionError {
  return new ActionError({
    code: 'config-missing',
    headline: `The Secret "${name}" in namespace "${namespace}" holds no registry credentials.`,
    details: [],
    cures: ['it must be of the type kubernetes.io/dockerconfigjson, with the key .dockerconfigjson'],
  })
}
