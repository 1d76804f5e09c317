import type { ImageReference } from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import { oneOf } from './one-of.ts'
import { parseBoolean } from './scalars.ts'

/** A build that is written down in place of being made. */
export interface TemplateRequest {
  /** Whether it is for many builds: names are then placeholders. */
  readonly placeholders: boolean
}

/** What stands for names in a template for many builds. */
export const PLACEHOLDERS = {
  jobName: '{{JOB_NAME}}',
  namespace: '{{NAMESPACE}}',
  image: '{{DESTINATION_IMAGE}}',
} as const

/** Undefined: the build is to be made. */
export function readTemplate({ read, report }: InputReader): TemplateRequest | undefined {
  const mode = read('mode', oneOf('build', 'template'), 'build')
  const placeholders = read('template-placeholders', parseBoolean, false)
  if (mode === 'template') return { placeholders }
  if (placeholders) {
    const problem = 'is for `mode: template`; set that too, or leave this out'
    report({ input: 'template-placeholders', value: 'true', problem })
  }
  return undefined
}

/** In the place of the image that a reusable template takes later; `.invalid` is nobody's, by RFC 2606. */
const ANY_IMAGE: ImageReference = { registry: 'registry.invalid', repository: 'image', tag: 'latest' }

/** The images that are pushed to: a reusable template needs to know of none. */
export function destinationsOf(
  template: TemplateRequest | undefined,
  tags: readonly ImageReference[],
  push: boolean,
): readonly ImageReference[] {
  return template?.placeholders === true && push && tags.length === 0 ? [ANY_IMAGE] : tags
}

/** Sentences for the log: what is given, and has no place in such a template. */
export function templateNotices(
  template: TemplateRequest | undefined,
  given: {
    readonly namespace: boolean
    readonly jobName: boolean
    readonly registries: boolean
    readonly registrySecret: boolean
  },
): readonly string[] {
  if (template === undefined) return []
  const gone = [
    ...(given.namespace ? [`\`namespace\` by ${PLACEHOLDERS.namespace}`] : []),
    ...(given.jobName ? [`\`job-name\` by ${PLACEHOLDERS.jobName}`] : []),
  ]
  return [
    ...(template.placeholders && gone.length > 0
      ? [`Placeholders stand for what is given: ${gone.join(', ')}.`]
      : []),
    ...(given.registries && given.registrySecret
      ? ['`registries` is not in a template beside `registry-secret`: that Secret must hold all credentials.']
      : []),
  ]
}
