import type { BuildContext } from './context/context-archive.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError, type Failure } from './failure/failure.ts'
import type { DockerCredentialsPort } from './find-credentials.ts'
import type { BuildIdentity } from './plan/build-plan.ts'
import { addressSecrets } from './plan/fetched-context.ts'
import type { Lifetimes } from './plan/lifetimes.ts'
import { dockerfileOf } from './plan/plan-build.ts'
import { secretsOf } from './plan/secret-forms.ts'
import { planTemplate, type TemplatePlan } from './plan/template-plan.ts'
import { touchedRegistries } from './plan/touched-registries.ts'
import { templateOutputs } from './report/outputs.ts'
import { templateLines } from './report/template-lines.ts'
import { templateText } from './report/template-text.ts'
import type { BuildRequest } from './request/build-request.ts'
import type { Written } from './runner/build-files.ts'
import { type EndPorts, type Known, tellEnd } from './tell-end.ts'

/**
 * What writing a template needs from outside: what a build does, but for the
 * cluster, the ledger and the values of secrets. Each may throw an `ActionError`.
 */
export interface TemplatePorts extends EndPorts {
  readonly files: {
    /** Writes a text as a file of that name, or wherever a template is wanted. Never throws. */
    writeFile(name: string, text: string): Written
  }
  /** The time by this machine, where a build has the server's. */
  readonly currentTime: () => Date
  readonly drawIdentity: () => BuildIdentity
  readonly readTemplateRequest: () => BuildRequest
  readonly readLifetimes: () => Lifetimes
  readonly prepareContext: (request: BuildRequest, signal: AbortSignal) => Promise<BuildContext>
  readonly readCertificates: (request: BuildRequest) => Promise<ReadonlyMap<string, string>>
  readonly dockerCredentials: DockerCredentialsPort
}

/** Name of the file that a template is written to. */
const FILE = 'template.yml'

/**
 * Writes down what a build would create, from the inputs to the outputs; nothing
 * is created, and no cluster asked. True if there is a template.
 */
export async function writeTemplate(ports: TemplatePorts, signal: AbortSignal): Promise<boolean> {
  const known: Known = {}
  try {
    const { template, context } = await makeTemplate(ports, known, signal)
    const written = ports.files.writeFile(FILE, templateText(template, { file: FILE, run: ports.run }))
    if (written.kind === 'not-written') throw new ActionError(notWritten(written.reason))
    const { cache, warnings } = template.request
    if (cache.kind === 'off' && cache.notice) ports.runner.notice(cache.notice)
    for (const warning of warnings) ports.runner.warning(warning)
    for (const line of templateLines(template, context, written.path)) ports.runner.info(line)
    for (const [name, value] of templateOutputs(template.plan, written.path)) ports.runner.output(name, value)
    return true
  } catch (error) {
    if (!signal.aborted && !(error instanceof ActionError)) throw error
    const outcome =
      error instanceof ActionError && !signal.aborted
        ? ({ kind: 'failed', failure: error.failure, where: NOWHERE, record: undefined } as const)
        : ({ kind: 'cancelled', failure: cancelled(), where: NOWHERE, record: undefined } as const)
    const nothing = {
      builder: undefined,
      destinations: [],
      repository: undefined,
      durationSeconds: undefined,
    }
    tellEnd({ ...nothing, outcome }, known, ports)
    return false
  }
}

const NOWHERE = { namespace: undefined, job: undefined, node: undefined, platform: undefined }

async function makeTemplate(
  ports: TemplatePorts,
  known: Known,
  signal: AbortSignal,
): Promise<{ readonly template: TemplatePlan; readonly context: BuildContext }> {
  const request = (known.request = ports.readTemplateRequest())
  const lifetimes = ports.readLifetimes()
  const context = await ports.prepareContext(withPlanToRefuse(request), signal)
  const registries = touchedRegistries(request, dockerfileOf(context)).map(({ registry }) => registry)
  const [certificates, found] = await Promise.all([
    ports.readCertificates(request),
    ports.dockerCredentials(registries, signal),
  ])
  const template = planTemplate({
    request,
    identity: ports.drawIdentity(),
    run: ports.run,
    context,
    serverTime: ports.currentTime(),
    lifetimes,
    found,
    certificates,
  })
  if (template.kind === 'failure') throw new ActionError(template.failure)
  known.plan = template.plan
  // None is in the text; a failure of ours to say so is not to be in the log.
  for (const secret of [...secretsOf(template.plan), ...addressSecrets(request)]) {
    ports.runner.mask(secret)
  }
  return { template, context }
}

/** A context that is too large is refused by the plan, which knows what a template can have in its place. */
function withPlanToRefuse(request: BuildRequest): BuildRequest {
  return request.contextDelivery === 'configmap' ? { ...request, contextDelivery: 'auto' } : request
}

function notWritten(reason: string): Failure {
  return {
    code: 'internal',
    headline: `The template could not be written: ${reason}.`,
    details: [],
    cures: ["make room on the runner, or set RUNNER_TEMP to a folder that this step's user may write to"],
  }
}
