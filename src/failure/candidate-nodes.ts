import type { NodeFacts } from '../cluster/cluster-session.ts'
import type { Pod, ResourceList, Taint } from '../kubernetes/objects.ts'
import { amountOf, RESOURCES } from '../request/quantity.ts'
import type { ResourceName } from '../request/quantity.ts'

/** Why none of the nodes there are can ever take a pod. */
export interface Misfit {
  readonly kind: 'labels' | 'taints' | 'size'
  readonly words: string
}

/**
 * Why none of these nodes can ever take the pod; undefined where one may, now
 * or later. Without any node nothing is known: the first may be on
 * its way.
 */
export function neverFits(pod: Pod, nodes: readonly NodeFacts[]): Misfit | undefined {
  if (nodes.length === 0) return undefined
  const selector = Object.entries(pod.spec?.nodeSelector ?? {})
  const matching = nodes.filter(({ labels }) => selector.every(([key, value]) => labels[key] === value))
  if (matching.length === 0) {
    const wanted = selector.map(([key, value]) => `${key}=${value}`).join(', ')
    return { kind: 'labels', words: `no node has the labels ${wanted}` }
  }
  const open = matching.filter(({ taints }) => taints.every((taint) => isTolerated(taint, pod)))
  if (open.length === 0) return { kind: 'taints', words: 'every node is kept for others by a taint' }
  const requests = totals(pod)
  if (open.some(({ allocatable }) => isWithin(requests, allocatable))) return undefined
  return { kind: 'size', words: 'no node is as large as what the build asks for' }
}

/** Taints that controllers set and take away again: a node that starts, is not ready, cordoned or about to go. */
const PASSING =
  /^(?:node\.(?:cloudprovider\.)?kubernetes\.io|karpenter\.sh)\/|^(?:ToBeDeleted|DeletionCandidate)|not-?ready|startup|uninitiali[sz]ed/i

function isTolerated(taint: Taint, pod: Pod): boolean {
  if (taint.effect === 'PreferNoSchedule' || PASSING.test(taint.key)) return true
  return (pod.spec?.tolerations ?? []).some(
    ({ key, operator = 'Equal', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) &&
      (key === undefined || key === '' ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  )
}

/** `cpu 4, memory 8Gi`: what the build's containers ask for together. */
export function askedFor(pod: Pod): string {
  return shownAmounts(totals(pod))
}

/** `node-2: cpu 3920m, memory 7.6Gi`: the node with the most memory. */
export function largestNode(nodes: readonly NodeFacts[]): string | undefined {
  const memory = ({ allocatable }: NodeFacts) => amountOf(allocatable.memory ?? '') ?? 0n
  const [largest] = nodes.toSorted((one, other) => (memory(other) > memory(one) ? 1 : -1))
  if (largest === undefined) return undefined
  const { cpu, memory: bytes } = largest.allocatable
  return `${largest.name} has ${cpu ?? '?'} cpu and ${bytes === undefined ? '?' : readableMemory(bytes)} memory for all its pods`
}

type Amounts = ReadonlyMap<ResourceName, { readonly amount: bigint; readonly texts: readonly string[] }>

function totals(pod: Pod): Amounts {
  const lists = (pod.spec?.containers ?? []).map(({ resources }) => resources?.requests ?? {})
  return new Map(
    RESOURCES.flatMap((name) => {
      const texts = lists.flatMap((list) => (list[name] === undefined ? [] : [list[name]]))
      const amount = texts.reduce((sum, text) => sum + (amountOf(text) ?? 0n), 0n)
      return texts.length === 0 ? [] : [[name, { amount, texts }] as const]
    }),
  )
}

function isWithin(requests: Amounts, allocatable: ResourceList): boolean {
  return [...requests].every(([name, { amount }]) => {
    const there = amountOf(allocatable[name] ?? '')
    return there === undefined || amount <= there
  })
}

function shownAmounts(amounts: Amounts): string {
  const shown = [...amounts].map(([name, { texts }]) => `${name} ${texts.join(' + ')}`)
  return shown.length === 0 ? 'nothing' : shown.join(', ')
}

/** Nodes tell memory in Ki: `16393244Ki` is `15.6Gi`. */
export function readableMemory(quantity: string): string {
  const gibibytes = Number((amountOf(quantity) ?? 0n) / 1_000_000_000n) / 2 ** 30
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)}Gi` : quantity
}
