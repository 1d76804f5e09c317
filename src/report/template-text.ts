import type { RunContext } from '../plan/build-plan.ts'
import { shownSource } from '../plan/fetched-context.ts'
import type { TemplatePlan } from '../plan/template-plan.ts'
import { printImageReference } from '../request/image-reference.ts'
import { PLACEHOLDERS } from '../request/template-request.ts'
import { needsOf } from './template-needs.ts'
import { yamlText } from './yaml-text.ts'

/** What a template's comments say that is not in its plan. */
export interface TemplateWords {
  /** Name of the file, without its folder. */
  readonly file: string
  /** The version of this action, where that is known. */
  readonly run: Pick<RunContext, 'actionRepository' | 'actionRef'>
}

/**
 * The YAML of a template, with comments that say how to use it. No value of a
 * Secret can be in it: Secrets are not among its objects.
 */
export function templateText(template: TemplatePlan, words: TemplateWords): string {
  const comments = [
    ...headline(template, words),
    ...(template.isReusable ? placeholderLines(template) : []),
    ...needLines(template),
    ...commandLines(template, words.file),
    ...userNamespaceLines(template),
  ]
  return `${comments.map(comment).join('\n')}\n${yamlText(template.objects)}`
}

/** How a template is applied, as one command. */
export function applyCommand(template: TemplatePlan, file: string): string {
  const apply = isLarge(template) ? 'kubectl apply --server-side' : 'kubectl apply'
  if (!template.isReusable) return `${apply} -f ${file}`
  const filled = examplesOf(template).map(([name, value]) => `-e 's#${name}#${value}#g'`)
  return `sed ${filled.join(' ')} ${file} | ${apply} -f -`
}

/** What `kubectl apply` keeps of an object, in an annotation, must be below 256 KiB; without that it is a matter of the server. */
function isLarge({ plan }: TemplatePlan): boolean {
  return JSON.stringify(plan.contextMap ?? {}).length > 250_000
}

function headline(template: TemplatePlan, { run }: TemplateWords): readonly string[] {
  const { request, isReusable } = template
  const { actionRepository, actionRef } = run
  const version =
    isReusable || actionRepository === undefined ? '' : `, ${actionRepository}@${actionRef ?? ''}`
  const image = isReusable ? PLACEHOLDERS.image : request.tags.map(printImageReference).join(', ')
  return [
    `Builds ${request.push ? image : 'an image that is not pushed'} from ${shownSource(request.context)}`,
    `by ${template.plan.executor}.`,
    `Made by Hybrid Kubernetes Build${version} (\`mode: template\`); it holds no secret.`,
    '',
  ]
}

function placeholderLines({ request }: TemplatePlan): readonly string[] {
  const all = [
    [
      PLACEHOLDERS.jobName,
      'a new name for each build: a-z, 0-9 and, not at its ends, -; at most 63 characters',
    ],
    [PLACEHOLDERS.namespace, 'a namespace that is there'],
    ...(request.push ? [[PLACEHOLDERS.image, 'where the image goes: REGISTRY/NAME:TAG']] : []),
  ]
  return ['To fill in:', ...all.map(([name = '', words = '']) => `  ${name.padEnd(21)}  ${words}`), '']
}

/** In an own namespace nothing can be before the template is applied; the pod waits for what it mounts. */
function needLines(template: TemplatePlan): readonly string[] {
  const needs = needsOf(template)
  if (needs.length === 0) return []
  const isOwn = template.plan.surroundings.length > 0
  return [
    isOwn
      ? 'What it needs beside it, created right after it is applied (the pod waits):'
      : `What it needs beside it in the namespace, before it is applied:`,
    ...needs.flatMap(({ what, command }) => [
      `  - ${what}`,
      ...(command === undefined ? [] : [`    ${command}`]),
    ]),
    '',
  ]
}

function commandLines(template: TemplatePlan, file: string): readonly string[] {
  const { plan } = template
  const { namespace, ends } = plan
  const job = plan.job.metadata.name
  const ended = `.items[*].status.containerStatuses[?(@.name=="${plan.container}")].state.terminated`
  return [
    'Build; wait for its end, good or bad; its exit code and the digest of the image, which is there with 0; log:',
    `  ${applyCommand(template, file)}`,
    // `--for=condition=Complete` would wait to the last second for a build that has failed.
    `  kubectl wait -n ${namespace} --for=jsonpath='{.status.conditions[0].status}'=True --timeout=${ends.jobSeconds}s job/${job}`,
    `  kubectl get pods -n ${namespace} -l job-name=${job} -o jsonpath='{range ${ended}}{.exitCode} {.message}{end}'`,
    `  kubectl logs -n ${namespace} job/${job}`,
    'Where there is no exit code, why:',
    `  kubectl describe -n ${namespace} job/${job}`,
    `Kubernetes ends it after ${ends.podSeconds} s on its node, or ${ends.jobSeconds} s in all, and removes the Job, its pod and log ${ends.ttlSeconds} s after its end.`,
    'Remove all of it:',
    `  ${removeCommand(template)}`,
  ]
}

function removeCommand(template: TemplatePlan): string {
  const { plan, objects } = template
  if (plan.surroundings.length > 0) return `kubectl delete namespace ${plan.namespace}`
  const made = objects.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`)
  const secrets = needsOf(template).flatMap(({ own }) => (own === undefined ? [] : [own]))
  return `kubectl delete -n ${plan.namespace} --ignore-not-found ${[...made, ...secrets].join(' ')}`
}

function userNamespaceLines({ couldHaveUserNamespace, plan }: TemplatePlan): readonly string[] {
  if (!couldHaveUserNamespace) return []
  if (plan.kind === 'buildkit') {
    return [
      '',
      'BuildKit is rootless here, because not every cluster has user namespaces. Where the nodes have them (Kubernetes',
      '1.33 or newer with containerd 2), `user-namespace: true` puts a wall between a RUN and the build’s credentials.',
    ]
  }
  return [
    '',
    'Not every cluster has user namespaces, so the pod asks for none. Where the nodes have them (Kubernetes',
    '1.33 or newer with containerd 2), `user-namespace: true` makes its root nobody on the node: hostUsers: false.',
  ]
}

function examplesOf({ request }: TemplatePlan): readonly (readonly [string, string])[] {
  return [
    [PLACEHOLDERS.jobName, 'app-1'],
    [PLACEHOLDERS.namespace, 'builds'],
    ...(request.push ? [[PLACEHOLDERS.image, 'ghcr.io/acme/app:1'] as const] : []),
  ]
}

/** One line, whatever is in it: a path may have line ends. */
function comment(line: string): string {
  return `# ${line.replace(/[\p{C}\u2028\u2029]+/gu, ' ')}`.trimEnd()
}
