import type { BuildSnapshot } from '../cluster/cluster-session.ts'
import { happenedAt } from '../kubernetes/event-time.ts'
import type { ClusterEvent, ContainerState, ContainerStatus, Job, Pod } from '../kubernetes/objects.ts'

/** How many events are shown, the last ones, and how much of each text. */
const EVENTS = 20
const WIDTH = 500

/**
 * What the cluster says of a build, short, for the log: as `kubectl describe`
 * has it. Others wrote these words, so they are to be printed as foreign text.
 */
export function clusterLines({ pod, job, events }: BuildSnapshot): readonly string[] {
  const began = job?.metadata.creationTimestamp ?? pod?.metadata.creationTimestamp
  return [...podLines(pod), ...jobLines(job), ...eventLines(events, began)]
}

function podLines(pod: Pod | undefined): readonly string[] {
  if (pod === undefined) return [head('pod', 'none was seen')]
  const { status, spec, metadata } = pod
  const where = spec?.nodeName === undefined ? 'on no node' : `on ${spec.nodeName}`
  const leaving = metadata.deletionTimestamp === undefined ? '' : ', being deleted'
  const conditions = (status?.conditions ?? []).map((each) => `${each.type} ${each.status}${because(each)}`)
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return [
    head('pod', `${metadata.name}   ${status?.phase ?? 'no phase'} ${where}${leaving}`),
    ...(status?.reason === undefined ? [] : [field('reason', told(status.reason, status.message))]),
    ...conditions.map((text, at) => field(at === 0 ? 'conditions' : '', text)),
    ...containers.map((each) => field(each.name, containerWords(each))),
  ]
}

function because({ status, reason, message }: { status: string; reason?: string; message?: string }): string {
  return status === 'True' || (reason ?? message) === undefined ? '' : `: ${told(reason, message)}`
}

function containerWords({ state, restartCount = 0 }: ContainerStatus): string {
  const restarts = restartCount > 0 ? `, ${restartCount} restarts` : ''
  return `${stateWords(state)}${restarts}`
}

function stateWords(state: ContainerState | undefined): string {
  if (state?.terminated) {
    const { exitCode, signal, reason, startedAt, finishedAt } = state.terminated
    const kill = signal === undefined || signal === 0 ? '' : `, signal ${signal}`
    const after = seconds(startedAt, finishedAt)
    return `terminated${reason === undefined ? '' : `: ${line(reason)}`}, exit code ${exitCode}${kill}${after === undefined ? '' : `, after ${after} s`}`
  }
  if (state?.running) return `running since ${state.running.startedAt ?? 'some time'}`
  if (state?.waiting) return `waiting: ${told(state.waiting.reason, state.waiting.message)}`
  return 'no state'
}

function jobLines(job: Job | undefined): readonly string[] {
  if (job === undefined) return [head('job', 'none was seen')]
  const { active = 0, succeeded = 0, failed = 0, conditions = [] } = job.status ?? {}
  return [
    head('job', `${job.metadata.name}   ${active} active, ${succeeded} succeeded, ${failed} failed`),
    ...conditions.map(({ type, reason, message }) => field(type, told(reason, message))),
  ]
}

function eventLines(events: readonly ClusterEvent[], began: string | undefined): readonly string[] {
  if (events.length === 0) return [head('events', 'none')]
  const shown = events.slice(-EVENTS)
  const left = events.length - shown.length
  const which = left > 0 ? `the last ${shown.length} of ${events.length}` : String(shown.length)
  return [
    head('events', `${which}; seconds are counted from the Job's creation`),
    ...shown.map((event) => eventLine(event, began)),
  ]
}

function eventLine(event: ClusterEvent, began: string | undefined): string {
  const { type = '', message = '', count = 1 } = event
  const after = seconds(began, happenedAt(event))
  const when = after === undefined ? '' : `${after} s`
  const often = count > 1 ? ` (${count} times)` : ''
  return `  ${when.padStart(7)}  ${type.padEnd(7)}  ${line(event.reason ?? '')}: ${line(message)}${often}`
}

/** Whole seconds between two of the cluster's times; undefined where one is not known. */
function seconds(from: string | undefined, to: string | undefined): number | undefined {
  const difference = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000
  return Number.isNaN(difference) ? undefined : Math.round(difference)
}

const told = (...parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => line(part ?? ''))
    .join(': ') || 'no reason is told'

function line(text: string): string {
  const one = text.replace(/\s+/g, ' ').trim()
  return one.length > WIDTH ? `${one.slice(0, WIDTH)} …` : one
}

const head = (name: string, text: string): string => `${name.padEnd(12)} ${text}`

const field = (name: string, text: string): string => `  ${name.padEnd(10)} ${text}`
