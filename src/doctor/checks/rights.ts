import { ActionError } from '../../failure/failure.ts'
import { explainMissingRights } from '../../failure/missing-rights.ts'
import type { Right } from '../../plan/right.ts'
import type { Feature } from '../../plan/rights.ts'
import { rightsOf } from '../../plan/role.ts'
import { GIVEN_NAMESPACE, OWN_NAMESPACES } from '../../plan/usual-features.ts'
import { isAskedBy } from '../../plan/wanted-rights.ts'
import type { BuildRequest } from '../../request/build-request.ts'
import { type Check, type Finding, passed } from '../check.ts'

/** What a build can be asked for, and what it is called here. */
const MODES: Readonly<Partial<Record<Feature, string>>> = {
  'own-namespaces': 'own namespaces',
  'config-map': 'small contexts',
  streaming: 'streamed ones',
  secrets: 'secrets',
  outputs: 'image files',
  'network-policy': 'network policies',
}

export const rights: Check = {
  id: 'rights',
  about:
    'What the cluster lets us do, for each way to build: in a given namespace or in own ones, with contexts in a ConfigMap or streamed, with secrets, with image files. Fails for what the build that is asked for needs.',
  needs: ['cluster'],
  async run(ports, signal): Promise<Finding> {
    const { access, facts } = await ports.cluster()
    const { request } = ports
    const namespace = request.namespace.kind === 'given' ? request.namespace.name : PROBE
    const isKnown = isAskedBy(facts.kubernetesVersion)
    const of = (...features: readonly Feature[]): readonly Right[] => rightsOf(features).filter(isKnown)
    const modes = modesFor(request)
    const features = neededFor(request)
    const { rights: missing, user } = await access.missing(of(...features, ...modes), namespace, signal)
    const lacks = (feature: Feature): boolean =>
      of(feature).some((right) => right.need === 'needed' && missing.includes(right))
    const needed = missing.filter(
      (right) => right.need === 'needed' && features.some((feature) => of(feature).includes(right)),
    )
    if (needed.length > 0) {
      const usual = request.namespace.kind === 'given' ? GIVEN_NAMESPACE : OWN_NAMESPACES
      throw new ActionError(explainMissingRights({ rights: needed, user, namespace, features: usual }))
    }
    const words = (some: readonly Feature[]): string =>
      some.map((feature) => MODES[feature] ?? feature).join(', ')
    const [given, not] = [modes.filter((mode) => !lacks(mode)), modes.filter(lacks)]
    return passed(`everything for ${words(given)}${not.length === 0 ? '' : `; not for ${words(not)}`}`)
  },
}

/** A name as namespaces of builds have it; there is none of this one. */
const PROBE = 'container-build-0-0-doctor-probe0'

function modesFor({ namespace }: BuildRequest): readonly Feature[] {
  const own: readonly Feature[] = ['own-namespaces', 'network-policy']
  return [...(namespace.kind === 'own' ? own : []), 'config-map', 'streaming', 'secrets', 'outputs']
}

/** Without which the build that is asked for cannot begin. */
function neededFor({ namespace, contextDelivery }: BuildRequest): readonly Feature[] {
  return [
    'build',
    ...(namespace.kind === 'own' ? (['own-namespaces'] as const) : []),
    contextDelivery === 'stream' ? 'streaming' : 'config-map',
  ]
}
