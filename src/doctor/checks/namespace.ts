import { type Check, passed } from '../check.ts'
import type { NamespaceLook } from '../../cluster/cluster-session.ts'
import { stageFinding } from '../stage-check.ts'

export const namespace: Check = {
  id: 'namespace',
  about:
    'Everything that a build is made of can be created: its namespace, service account, Job, Secrets, ConfigMap; or the same in the given namespace, whose Pod Security level and quotas are told.',
  needs: ['cluster', 'rights'],
  async run(ports) {
    const { closer } = await ports.cluster()
    return stageFinding(ports.trial('request'), 'created', ({ namespace: name }) =>
      passed(
        ports.request.namespace.kind === 'own'
          ? `${name} created, and a Job in it`
          : [`a Job created in ${name}`, ...lookWords(closer.namespace)].join('; '),
      ),
    )
  },
}

const ENFORCED = 'pod-security.kubernetes.io/enforce'

function lookWords(look: NamespaceLook | undefined): readonly string[] {
  if (look === undefined) return []
  const level = look.labels[ENFORCED]
  const quotas = look.quotas?.map(({ name, uses }) => `quota ${name}: ${uses.join(', ')}`)
  return [
    `Pod Security ${level ?? 'enforces no level of its own'}`,
    ...(quotas === undefined ? [] : quotas.length === 0 ? ['no quota'] : quotas),
  ]
}
