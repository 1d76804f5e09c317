import { isMap, isScalar } from 'yaml'
import type { YAMLMap } from 'yaml'

import type { Edit } from './edit-text.ts'
import { columnOf } from './map-text.ts'
import { KUBECONFIG_SECRET } from './step-text.ts'
import { pairOf } from './workflow-file.ts'
import type { WorkflowFile } from './workflow-file.ts'

/** Whether other workflows can call this one. */
export function isCallable({ root }: WorkflowFile): boolean {
  const on: unknown = root.get('on')
  if (isMap(on)) return pairOf(on, 'workflow_call') !== undefined
  return /\bworkflow_call\b/.test(String(on))
}

/**
 * Declares the kubeconfig as a secret that a callable workflow gets: without it, a
 * caller could not give it. None where the workflow's `on` has no place for it, or has it.
 */
export function declareSecret({ root, source }: WorkflowFile): readonly Edit[] {
  const on: unknown = root.get('on')
  if (!isMap(on) || on.flow === true) return []
  const call = pairOf(on, 'workflow_call')
  if (call === undefined || !isScalar(call.key)) return []
  const outer = columnOf(on, source)
  if (isMap(call.value)) return call.value.flow === true ? [] : inside(call.value, source)
  const end = source.indexOf(':', call.key.range?.[1]) + 1
  const [a, b, c] = [2, 4, 6].map((more) => ' '.repeat(outer + more))
  return [
    {
      start: end,
      end,
      text: `\n${a ?? ''}secrets:\n${b ?? ''}${KUBECONFIG_SECRET}:\n${c ?? ''}required: true`,
    },
  ]
}

/** Adds to the `secrets` of `workflow_call`, or adds those. */
function inside(call: YAMLMap, source: string): readonly Edit[] {
  const secrets = pairOf(call, 'secrets')?.value
  if (isMap(secrets)) {
    if (secrets.flow === true || pairOf(secrets, KUBECONFIG_SECRET) !== undefined) return []
    const column = columnOf(secrets, source)
    const start = secrets.range?.[0] ?? 0
    return [
      {
        start,
        end: start,
        text: `${KUBECONFIG_SECRET}:\n${' '.repeat(column + 2)}required: true\n${' '.repeat(column)}`,
      },
    ]
  }
  if (secrets !== undefined && secrets !== null) return []
  const column = columnOf(call, source)
  const start = call.range?.[0] ?? 0
  const [a, b, c] = [0, 2, 4].map((more) => ' '.repeat(column + more))
  return [
    {
      start,
      end: start,
      text: `secrets:\n${b ?? ''}${KUBECONFIG_SECRET}:\n${c ?? ''}required: true\n${a ?? ''}`,
    },
  ]
}

/** Hands the kubeconfig on to the callable workflows of the repository that build by it: `paths`. */
export function passSecret({ root, source }: WorkflowFile, paths: ReadonlySet<string>): readonly Edit[] {
  const jobs: unknown = root.get('jobs')
  if (!isMap(jobs)) return []
  return jobs.items.flatMap(({ value: job }) => {
    if (!isMap(job) || job.flow === true || !paths.has(String(job.get('uses')).replace(/^\.\//, '')))
      return []
    const secrets: unknown = job.get('secrets')
    const line = `${KUBECONFIG_SECRET}: \${{ secrets.${KUBECONFIG_SECRET} }}`
    if (isMap(secrets)) {
      if (secrets.flow === true || pairOf(secrets, KUBECONFIG_SECRET) !== undefined) return []
      const start = secrets.range?.[0] ?? 0
      return [{ start, end: start, text: `${line}\n${' '.repeat(columnOf(secrets, source))}` }]
    }
    if (secrets !== undefined) return []
    const uses = pairOf(job, 'uses')
    const column = columnOf(job, source)
    const end = (uses?.value as { readonly range?: readonly number[] } | undefined)?.range?.[1] ?? 0
    const rest = source.slice(end).split('\n', 1)[0] ?? ''
    const at = end + rest.length
    return [{ start: at, end: at, text: `\n${' '.repeat(column)}secrets:\n${' '.repeat(column + 2)}${line}` }]
  })
}
