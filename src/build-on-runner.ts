import type { BuildOutcome } from './builders/builder.ts'
import type { Clock } from './clock.ts'
import { confirmImage } from './confirm-image.ts'
import type { ConfirmationPorts } from './confirmable.ts'
import type { LogLine } from './cluster/cluster-session.ts'
import type { RunnerBuilding } from './choose-builder.ts'
import { ActionError } from './failure/failure.ts'
import { noTool } from './failure/no-builder.ts'
import type { DockerCredentialsPort } from './find-credentials.ts'
import type { ImageFilesPort } from './image-files/image-files.ts'
import { buildLocally } from './local/build-locally.ts'
import { FOLDER_STATE } from './local/left-over.ts'
import type { LocalDisk } from './local/local-disk.ts'
import type { LocalContext, RunnerSettings } from './local/local-grounds.ts'
import type { LocalPlan } from './local/local-plan.ts'
import type { LocalTool } from './local/local-tool.ts'
import { planLocal } from './local/plan-local.ts'
import { probeTool } from './local/probe-tool.ts'
import type { Processes } from './local/processes.ts'
import { nameOf, refusals } from './local/refusals.ts'
import { NOWHERE, outcomeOf } from './outcome-of.ts'
import { addressSecrets } from './plan/fetched-context.ts'
import { imageLabels } from './plan/image-labels.ts'
import { runUrl } from './plan/resource-names.ts'
import type { RunContext } from './plan/build-plan.ts'
import { secretForms, valueForms } from './plan/secret-forms.ts'
import { touchedRegistries } from './plan/touched-registries.ts'
import type { Dockerfile } from './progress/dockerfile.ts'
import { localLines } from './report/local-lines.ts'
import { builtLine } from './report/log-lines.ts'
import type { Report } from './report/outputs.ts'
import type { LocalRequest } from './request/build-request.ts'
import { inputFailure } from './request/input-problem.ts'
import type { BuildFiles } from './runner/build-files.ts'
import { buildLog } from './runner/build-log.ts'
import { withHeartbeat } from './runner/heartbeat.ts'
import { openRawLog } from './runner/raw-log.ts'
import type { Known } from './tell-end.ts'

/** What a build by a program of the runner needs from outside. Each may throw an `ActionError`. */
export interface RunnerBuildPorts extends ConfirmationPorts {
  readonly run: RunContext
  readonly files: BuildFiles
  readonly clock: Clock
  readonly currentTime: () => Date
  readonly workspace: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly processes: Processes
  readonly disk: LocalDisk
  readonly imageFiles: Pick<ImageFilesPort, 'check'>
  readonly readSettings: () => RunnerSettings
  readonly lookAtContext: (
    request: LocalRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly context: LocalContext; readonly dockerfile: Dockerfile }>
  readonly readCertificates: (
    request: Pick<LocalRequest, 'registryAccess'>,
  ) => Promise<ReadonlyMap<string, string>>
  readonly dockerCredentials: DockerCredentialsPort
  readonly readSecrets: (request: Pick<LocalRequest, 'secrets'>) => Promise<ReadonlyMap<string, Uint8Array>>
  /** A folder of this build alone, which is not there yet, and what no other build is called. */
  readonly drawPlace: () => { readonly folder: string; readonly name: string }
}

/** Looks whether a program of the runner can fulfil a request; changes nothing. */
export async function findOnRunner(
  request: LocalRequest,
  ports: RunnerBuildPorts,
  signal: AbortSignal,
): Promise<RunnerBuilding> {
  const probed = await probeTool(request.builder, ports, signal)
  if (probed.kind === 'unusable') throw new ActionError(noTool(request.builder, probed.reason))
  const { tool } = probed
  const found = await ports.lookAtContext(request, signal)
  const refused = refusals(request, tool, found.dockerfile)
  if (refused.length > 0) throw new ActionError(inputFailure(refused))
  const shown = nameOf(tool)
  return {
    shown,
    build: (known, stop) => buildOnRunner({ request, tool, shown, ...found }, ports, known, stop),
  }
}

/** What has been found out before anything is done. */
interface Found {
  readonly request: LocalRequest
  readonly tool: LocalTool
  readonly shown: string
  readonly context: LocalContext
  readonly dockerfile: Dockerfile
}

async function buildOnRunner(
  found: Found,
  ports: RunnerBuildPorts,
  known: Known,
  signal: AbortSignal,
): Promise<Report> {
  const { request, shown } = found
  known.tool = shown
  await ports.imageFiles.check(request.imageFiles?.files ?? [])
  const { plan, certificates } = await planned(found, ports, signal)
  known.plan = plan
  for (const secret of secretsIn(plan, request)) ports.runner.mask(secret)
  for (const warning of request.warnings) ports.runner.warning(warning)
  for (const line of localLines(request, plan, shown)) ports.runner.info(line)
  return runPlan(found, plan, certificates, ports, signal)
}

async function planned(
  { request, tool, context, dockerfile }: Found,
  ports: RunnerBuildPorts,
  signal: AbortSignal,
): Promise<{ readonly plan: LocalPlan; readonly certificates: ReadonlyMap<string, string> }> {
  const registries = touchedRegistries(request, dockerfile).map(({ registry }) => registry)
  const [secrets, certificates, found] = await Promise.all([
    ports.readSecrets(request),
    ports.readCertificates(request),
    ports.dockerCredentials(registries, signal),
  ])
  const plan = planLocal({
    request,
    tool,
    context,
    dockerfile,
    labels: imageLabels(request, ports.run, ports.currentTime()),
    found: { ...found, secret: { kind: 'unread' } },
    certificates,
    secrets,
    workspace: ports.workspace,
    ...ports.drawPlace(),
    keepsImage: request.load,
    runUrl: runUrl(ports.run),
    settings: ports.readSettings(),
  })
  if (plan.kind === 'failure') throw new ActionError(plan.failure)
  return { plan, certificates }
}

function secretsIn({ registryConfig, secretValues }: LocalPlan, request: LocalRequest): readonly string[] {
  return [
    ...(registryConfig === undefined ? [] : secretForms(registryConfig)),
    ...secretValues.flatMap(valueForms),
    ...addressSecrets(request),
  ]
}

async function runPlan(
  { request }: Found,
  plan: LocalPlan,
  certificates: ReadonlyMap<string, string>,
  ports: RunnerBuildPorts,
  signal: AbortSignal,
): Promise<Report> {
  const { runner, clock } = ports
  const log = withHeartbeat(buildLog(runner, `${plan.kind} starts`), clock)
  const raw = openRawLog(ports.files.logPath, (sentence) => log.note(sentence))
  const began = clock.now()
  const seconds = (): number => (clock.now() - began) / 1000
  try {
    const observer = { ...log, running: () => undefined, line: (line: LogLine) => raw.line(line) }
    runner.saveState(FOLDER_STATE, plan.folder)
    const built = await buildLocally(plan, { ...ports, observer }, signal).catch((error: unknown) =>
      outcomeOf(error, NOWHERE, signal),
    )
    const durationSeconds = seconds()
    log.end()
    const confirmable = { request, registryConfig: plan.registryConfig, certificates }
    const outcome = await confirmImage(built, confirmable, ports, signal)
    tellBuilt(outcome, plan, durationSeconds, ports)
    const { destinations, repository } = plan
    return { builder: plan.kind, destinations, repository, outcome, durationSeconds, logPath: raw.path }
  } finally {
    runner.saveState(FOLDER_STATE, '')
    log.end()
    raw.end()
  }
}

function tellBuilt(
  outcome: BuildOutcome,
  { repository }: LocalPlan,
  seconds: number,
  { runner }: RunnerBuildPorts,
): void {
  if (outcome.kind !== 'built') return
  const { digest, imageBytes, record } = outcome
  runner.info(builtLine({ repository, digest, seconds, imageBytes, cache: record?.cache }))
}
