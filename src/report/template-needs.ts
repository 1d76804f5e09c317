import { credentialsKey } from '../request/registry-host.ts'
import { PLACEHOLDERS } from '../request/template-request.ts'
import type { TemplatePlan } from '../plan/template-plan.ts'

/** Something that must be in the namespace, and is in no template. */
export interface Need {
  /** For people, one line. */
  readonly what: string
  /** How to create it, without any value; undefined: it is not for us to say. */
  readonly command: string | undefined
  /** `secret/NAME`, if it is of this build alone and goes with it. */
  readonly own: string | undefined
}

/** What the objects of a template name that others create: Secrets, claims, accounts. */
export function needsOf(template: TemplatePlan): readonly Need[] {
  return [...registryNeeds(template), ...secretNeeds(template), ...existing(template)]
}

/** The registries that a template's build signs in to, for people; the one that is filled in is not known. */
function registriesOf({ plan, request, isReusable }: TemplatePlan): readonly string[] {
  // What an existing Secret is to hold, nobody has looked for elsewhere.
  const isGiven = request.registryAccess.secret !== undefined
  const registries = plan.credentials
    .filter(({ from }) => isGiven || from !== undefined)
    .flatMap(({ registry, uses }) => {
      if (!isReusable || !uses.includes('push')) return [registry]
      const hasOtherUse = uses.some((use) => use === 'base images' || use === 'mirror') || namesCache(request)
      return [ANY_REGISTRY, ...(hasOtherUse ? [registry] : [])]
    })
  return [...new Set(registries)]
}

const ANY_REGISTRY = `the registry of ${PLACEHOLDERS.image}`

/** A cache that is named stays where it is, whatever is filled in. */
const namesCache = ({ cache }: TemplatePlan['request']): boolean => cache.kind === 'on' && !cache.isDerived

function registryNeeds(template: TemplatePlan): readonly Need[] {
  const { plan, request } = template
  const given = request.registryAccess.secret
  const sent = plan.secrets.find(({ type }) => type === 'kubernetes.io/dockerconfigjson')
  const name = sent?.metadata.name ?? given
  const registries = registriesOf(template)
  const missing = cannotPush(template) ? [NO_PUSH_CREDENTIALS] : []
  if (name === undefined) return missing
  if (registries.length === 0) {
    return [{ what: `the Secret ${name} (registry-secret)`, command: undefined, own: undefined }, ...missing]
  }
  const what = `credentials for ${registries.join(', ')}`
  return [{ what, command: registryCommand(template, name), own: sent && `secret/${name}` }, ...missing]
}

/** Which registry is filled in nobody knows, and so not who may push to it. */
const NO_PUSH_CREDENTIALS: Need = {
  what: `nothing for ${ANY_REGISTRY}: the pod mounts no credentials for it; if it asks for some, make the template with registry-secret`,
  command: undefined,
  own: undefined,
}

function cannotPush({ plan, request, isReusable }: TemplatePlan): boolean {
  if (!isReusable || !request.push || request.registryAccess.secret !== undefined) return false
  return plan.credentials.every(({ uses, from }) => !uses.includes('push') || from === undefined)
}

function registryCommand(template: TemplatePlan, name: string): string {
  const registries = registriesOf(template)
  const [only = ''] = registries
  if (registries.length > 1) {
    return create(template, 'generic', name, [
      '--type=kubernetes.io/dockerconfigjson',
      '--from-file=.dockerconfigjson=config.json',
    ])
  }
  const server = only.includes('{{') ? 'REGISTRY' : credentialsKey(only)
  return create(template, 'docker-registry', name, [
    `--docker-server=${server}`,
    '--docker-username="$REGISTRY_USERNAME"',
    '--docker-password="$REGISTRY_PASSWORD"',
  ])
}

function secretNeeds(template: TemplatePlan): readonly Need[] {
  const { plan } = template
  const keys = [...plan.secretKeys]
  return plan.secrets
    .filter(({ type }) => type === 'Opaque')
    .map(({ metadata: { name }, data }) => {
      const own = `secret/${name}`
      const [key = ''] = Object.keys(data ?? {})
      // The one that is no file of the build's is that of the clone.
      if (!keys.some(([, file]) => file === key)) {
        const words = [`--from-literal=${key}="$GIT_TOKEN"`]
        return {
          what: 'the token that clones the context',
          command: create(template, 'generic', name, words),
          own,
        }
      }
      const ids = keys.map(([id, file]) => `${file} is ${JSON.stringify(id)}`).join(', ')
      const words = keys.map(([, file]) => `--from-file=${file}=FILE`)
      return {
        what: `secrets of the Dockerfile: ${ids}`,
        command: create(template, 'generic', name, words),
        own,
      }
    })
}

/** What the inputs name as being there. */
function existing({ request }: TemplatePlan): readonly Need[] {
  const { context, pod, registryAccess } = request
  const named: readonly (readonly [string, string | undefined])[] = [
    ['the PersistentVolumeClaim with the context', context.kind === 'claim' ? context.claim : undefined],
    ['the PersistentVolumeClaim with base images', pod.cacheVolume],
    ['the ServiceAccount', registryAccess.serviceAccount],
    ['the PriorityClass', pod.priorityClass],
    ['the RuntimeClass', pod.runtimeClass],
    ...pod.imagePullSecrets.map((name) => ["the Secret that pulls the executor's image", name] as const),
  ]
  return named.flatMap(([what, name]) =>
    name === undefined ? [] : [{ what: `${what}: ${name}`, command: undefined, own: undefined }],
  )
}

function create(
  { plan }: TemplatePlan,
  type: 'generic' | 'docker-registry',
  name: string,
  words: readonly string[],
): string {
  return ['kubectl create secret', type, name, '-n', plan.namespace, ...words].join(' ')
}
