import type { BuildPlan } from '../plan/build-plan.ts'
import type { RegistryCredential } from '../plan/registry-auth.ts'
import { nameForKaniko } from '../request/registry-host.ts'
import type { FailureCode } from './failure.ts'
import type { ExecutorEnd } from './executor-end.ts'

const ABOUT_CREDENTIALS: readonly FailureCode[] = ['push-denied', 'base-image-denied']

/**
 * For what a registry denied: where the credentials for it came from, or where
 * they were looked for. Kaniko's words name the registry; where they do not,
 * all that it can have been are told.
 */
export function credentialsTried(
  end: ExecutorEnd,
  { credentials }: Pick<BuildPlan, 'credentials'>,
): readonly string[] {
  if (!ABOUT_CREDENTIALS.includes(end.code)) return []
  const named = credentials.filter(({ registry }) => end.reason.includes(nameForKaniko(registry)))
  const possible = credentials.filter(({ uses }) => end.code !== 'push-denied' || uses.includes('push'))
  return (named.length > 0 ? named : possible).flatMap(inWords)
}

/** Cures for a certificate that Kaniko does not trust; none if that was not the trouble. */
export function authorityCures({ reason }: ExecutorEnd): readonly string[] {
  if (!/x509:|certificate/.test(reason)) return []
  return ['the certificate of a private authority is given in `registry-certificates`']
}

function inWords({ registry, from, user, tried }: RegistryCredential): readonly string[] {
  if (from === undefined) {
    return [`credentials for ${registry}: none`, ...tried.map((source) => `  tried ${source}`)]
  }
  return [`credentials for ${registry}: from ${from}${user === undefined ? '' : `, user "${user}"`}`]
}
