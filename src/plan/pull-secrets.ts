import type { LedgerEntry } from '../cluster/cluster-session.ts'
import type { BuildRequest } from '../request/build-request.ts'
import type { BuildPlan } from './build-plan.ts'
import { laterName } from './resource-names.ts'

const ATTEMPTS = [2, 3, 4] as const

/**
 * Names of the Secrets with the build's registry credentials that are there now: a later attempt
 * has its own, under another name than the plan says.
 */
export function pullSecrets(
  { secrets, identity }: BuildPlan,
  { registryAccess: { secret } }: Pick<BuildRequest, 'registryAccess'>,
  ledger: { entries(): readonly LedgerEntry[] },
): readonly string[] {
  const there = ledger.entries().flatMap(({ kind, name }) => (kind === 'Secret' ? [name] : []))
  const sent = secrets
    .filter((each) => each['type'] === 'kubernetes.io/dockerconfigjson')
    .flatMap(({ metadata: { name } }) => [name, ...ATTEMPTS.map((at) => laterName(name, at, identity))])
    .filter((name) => there.includes(name))
  return [...(secret === undefined ? [] : [secret]), ...sent]
}
