import type { BuildContext } from '../context/context-archive.ts'
import type { TemplatePlan } from '../plan/template-plan.ts'
import { builderWords, contextField, field } from './log-lines.ts'
import { needsOf } from './template-needs.ts'
import { applyCommand } from './template-text.ts'

/** What was written in place of a build, for the log: what it holds, what it needs beside it, how it is used. */
export function templateLines(
  template: TemplatePlan,
  context: BuildContext,
  path: string,
): readonly string[] {
  const { plan, request, objects, isReusable } = template
  const kinds = objects.map(({ kind }) => kind).join(', ')
  const needs = needsOf(template)
  return [
    'Template',
    field('builder', builderWords(plan)),
    contextField(request, context),
    field('holds', [kinds, isReusable ? 'to fill in, for many builds' : `job ${plan.job.metadata.name}`]),
    field('namespace', [plan.namespace, plan.surroundings.length > 0 ? 'own, part of it' : 'given']),
    ...needs.flatMap(({ what, command }, at) => [
      field(at === 0 ? 'needs' : '', what),
      ...(command === undefined ? [] : [field('', command)]),
    ]),
    ...credentialNotes(template),
    ...plan.notes.map((note) => field('note', note)),
    field('file', path === STANDARD_OUTPUT ? 'standard output' : path),
    field('use', applyCommand(template, path === STANDARD_OUTPUT ? 'FILE' : quoted(path))),
    'Nothing was created. The comments in the file say how to follow the build, read its digest, and remove it.',
  ]
}

/** Where a command prints what others write to a file. */
export const STANDARD_OUTPUT = '-'

/** A path as a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

/** Whoever makes a template where nobody has signed in may not think of it. */
function credentialNotes({ plan, request, isReusable }: TemplatePlan): readonly string[] {
  // A reusable one says it among its needs, in the file too.
  const isAnonymous =
    !isReusable && plan.credentials.every(({ uses, from }) => !uses.includes('push') || from === undefined)
  return request.push && isAnonymous
    ? [
        field(
          'note',
          'No registry credentials were found, and the pod mounts none: name a Secret as `registry-secret`, or the registry in `registries`.',
        ),
      ]
    : []
}
