import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import type { FrontendOptions } from '../request/frontend-options.ts'
import { type GitSource, isGitUrl } from '../request/git-source.ts'
import type { ContextSource } from '../request/context-source.ts'
import { ownSecret } from './own-secret.ts'
import type { PlanGrounds } from './plan-build.ts'

/** Who clones the context. */
export interface GitCredentials {
  /** Secret. */
  readonly token: string
  /** Where it comes from, in words. */
  readonly from: string
}

/** A variable of a container. */
export interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
}

/** The name under which BuildKit takes a token for git contexts, alone or followed by `.` and a host. */
const GIT_AUTH_TOKEN = 'GIT_AUTH_TOKEN'

/**
 * The credentials for a context that is cloned. A secret that is named for the
 * very host goes before the one for all, and that before `github-token`. The
 * Dockerfile may mount it as well, as with BuildKit.
 */
export function gitCredentials({
  request: { context },
  secrets,
}: {
  readonly request: Pick<PlanGrounds['request'], 'context'>
  readonly secrets: PlanGrounds['secrets']
}): GitCredentials | undefined {
  if (context.kind !== 'git') return undefined
  const [host = ''] = context.location.split('/')
  const given = gitTokenFor(host, secrets)
  if (given !== undefined) return given
  return context.token === undefined ? undefined : { token: context.token, from: '`github-token`' }
}

/** What the secrets have for a host, which may have a port. */
export function gitTokenFor(host: string, secrets: PlanGrounds['secrets']): GitCredentials | undefined {
  const names = [
    `${GIT_AUTH_TOKEN}.${host}`,
    `${GIT_AUTH_TOKEN}.${host.replace(/:\d+$/, '')}`,
    GIT_AUTH_TOKEN,
  ]
  const name = names.find((one) => secrets.has(one))
  const value = name === undefined ? undefined : secrets.get(name)
  if (name === undefined || value === undefined) return undefined
  return { token: Buffer.from(value).toString('utf8').trim(), from: `the secret ${name}` }
}

/** The secret by which BuildKit clones from a host. */
export function gitSecretId({ location }: GitSource): string {
  return `${GIT_AUTH_TOKEN}.${location.split('/')[0] ?? ''}`
}

/** Whether a secret is one that clones the context, or one of the further ones: then no RUN need mount it. */
export function isForClone(
  context: ContextSource,
  id: string,
  contexts: FrontendOptions['contexts'] = [],
): boolean {
  const isCloned = contexts.some(({ source }) => source.kind === 'remote' && isGitUrl(source.address))
  if (context.kind !== 'git' && !isCloned) return false
  return id === GIT_AUTH_TOKEN || id.startsWith(`${GIT_AUTH_TOKEN}.`)
}

/** Keys of the Secret; Kaniko's names for what they are. */
const KEYS = { username: 'GIT_USERNAME', password: 'GIT_PASSWORD' } as const

/** The name that GitHub takes with any token, and that others do not look at. */
const USERNAME = 'x-access-token'

/** The Secret that holds them. */
export function gitSecret(metadata: ObjectMeta, { token }: GitCredentials): KubernetesObject {
  return ownSecret(metadata, 'Opaque', new Map([[KEYS.password, token]]))
}

/** What Kaniko is told of a clone by its environment; the password never stands in the pod's spec. */
export function gitVariables(context: ContextSource, secretName: string | undefined): readonly Variable[] {
  if (context.kind !== 'git') return []
  return [
    ...(context.scheme === 'http' ? [{ name: 'GIT_PULL_METHOD', value: 'http' }] : []),
    ...(secretName === undefined
      ? []
      : [
          { name: KEYS.username, value: USERNAME },
          {
            name: KEYS.password,
            valueFrom: { secretKeyRef: { name: secretName, key: KEYS.password } },
          },
        ]),
  ]
}
