import { NO_RUN } from '../../src/plan/build-plan.ts'
import { DEFAULT_LIFETIMES } from '../../src/plan/lifetimes.ts'
import { REUSABLE_IDENTITY } from '../../src/plan/template-placeholders.ts'
import { planTemplate } from '../../src/plan/template-plan.ts'
import { templateText } from '../../src/report/template-text.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { readClusterRequest } from '../../src/request/read-request.ts'

/**
 * The context is a volume, so that the file works as it stands: a git address
 * would have to be changed by everybody, and a ConfigMap has one context only.
 * The Secret is one for all builds of a namespace.
 */
const INPUTS: Readonly<Partial<Record<InputName, string>>> = {
  mode: 'template',
  'template-placeholders': 'true',
  context: 'pvc://build-context',
  'registry-secret': 'registry-credentials',
}

/** examples/templates/kaniko-build-job.yml, as `mode: template` makes it. Throws if it cannot. */
export function templateExample(file: string): string {
  const read = readClusterRequest((name) => INPUTS[name], {})
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems))
  const template = planTemplate({
    request: read.request,
    identity: REUSABLE_IDENTITY,
    run: NO_RUN,
    context: { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined },
    serverTime: new Date(0),
    lifetimes: DEFAULT_LIFETIMES,
    found: { docker: { path: '', state: 'absent', entries: new Map() }, notices: [] },
    certificates: new Map(),
  })
  if (template.kind === 'failure') throw new Error(template.failure.headline)
  return templateText(template, { file, run: NO_RUN })
}
