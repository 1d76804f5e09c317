import type { ResourceList, ResourceRequirements } from '../kubernetes/objects.ts'
import { amountOf, RESOURCES } from '../request/quantity.ts'
import type { ResourceName } from '../request/quantity.ts'
import type { EndedBuild } from './ended-build.ts'

/** What the build's container was given, by the cluster's own account: a LimitRange may have added to it. */
export function resourcesOf({
  snapshot,
  build,
}: Pick<EndedBuild, 'snapshot' | 'build'>): ResourceRequirements {
  const { initContainers = [], containers = [] } = snapshot.pod?.spec ?? {}
  const container = [...initContainers, ...containers].find(({ name }) => name === build.container)
  return container?.resources ?? {}
}

/** A line for the workflow with twice the limit, everything else as it was; undefined where there is no limit. */
export function largerLimit(resources: ResourceRequirements, name: ResourceName): string | undefined {
  const limit = resources.limits?.[name]
  const larger = limit === undefined ? undefined : doubled(limit)
  if (larger === undefined) return undefined
  const parts = [
    ['requests', resources.requests ?? {}],
    ['limits', { ...resources.limits, [name]: larger }],
  ] as const
  const shown = parts.flatMap(([part, list]) => (flow(list) === '' ? [] : [`${part}: {${flow(list)}}`]))
  return `resources: '{${shown.join(', ')}}'`
}

/** A line for the workflow with about twice the time. */
export function longerTimeout(seconds: number): string {
  return `timeout: ${inWorkflow(2 * seconds)}`
}

/** `10 min`, `90 s`: a time to be read. */
export function spoken(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** Only what `resources` takes: a cluster may count more. */
function flow(list: ResourceList): string {
  return RESOURCES.flatMap((name) => (list[name] === undefined ? [] : [`${name}: ${list[name]}`])).join(', ')
}

const MEBIBYTE = 1n << 20n
const BILLION = 1_000_000_000n

function doubled(quantity: string): string | undefined {
  const [, number, suffix] = /^(\d{1,9})([A-Za-z]*)$/.exec(quantity) ?? []
  if (number !== undefined && suffix !== undefined && suffix !== '') return `${Number(number) * 2}${suffix}`
  const amount = amountOf(quantity)
  if (amount === undefined) return undefined
  const perMebibyte = BILLION * MEBIBYTE
  return `${(2n * amount + perMebibyte - 1n) / perMebibyte}Mi`
}

/** A duration as the inputs take it, rounded up to what a person would write. */
function inWorkflow(seconds: number): string {
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.ceil(seconds / 60)
  const round = minutes < 10 ? minutes : Math.ceil(minutes / 5) * 5
  return round % 60 === 0 ? `${round / 60}h` : `${round}m`
}
