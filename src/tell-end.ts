import type { ConsideredBuilder } from './builders/choice.ts'
import type { ClusterFacts } from './cluster/cluster-session.ts'
import type { BuildPlan, RunContext } from './plan/build-plan.ts'
import { annotationsOf } from './report/annotations.ts'
import { outputsOf } from './report/outputs.ts'
import type { Report } from './report/outputs.ts'
import { jobSummary } from './report/summary.ts'
import { type AnyRequest, isOfCluster } from './request/build-request.ts'
import type { BuilderName } from './request/builder-choice.ts'
import { imageName, printImageReference } from './request/image-reference.ts'
import { tellFailure } from './runner/tell-failure.ts'
import type { Runner } from './runner/runner.ts'

/** What was learned on the way: all of it, or what came before a failure. */
export interface Known {
  /** The one that is named, or was chosen. */
  builder?: BuilderName
  request?: AnyRequest
  /** What `auto` has asked. */
  considered?: readonly ConsideredBuilder[]
  plan?: Pick<BuildPlan, 'dockerfile'>
  facts?: ClusterFacts
  /** The program of the runner that builds, in words. */
  tool?: string
}

/** Where the end of a build is told. */
export interface EndPorts {
  readonly runner: Runner
  readonly run: RunContext
  /** Every input that was given, as it was given. */
  readonly givenInputs: () => ReadonlyMap<string, string>
}

/** Tells how a build ended: to later steps, in the log, at the lines of the Dockerfile, on the page of the run. */
export function tellEnd(report: Report, known: Known, { runner, run, givenInputs }: EndPorts): void {
  for (const [name, value] of outputsOf(report)) runner.output(name, value)
  if (report.outcome.kind !== 'built') tellFailure(runner, report.outcome.failure)
  for (const annotation of annotationsOf(report.outcome)) runner.annotate(annotation)
  runner.summary(summaryOf(report, known, { runner, run, givenInputs }))
}

/** The page is for people: should it fail to be made, the build is none the worse. */
function summaryOf(report: Report, known: Known, { runner, run, givenInputs }: EndPorts): string {
  try {
    return jobSummary({
      report,
      name: nameOf(known, run),
      destinations: known.request?.push === true ? known.request.tags.map(printImageReference) : [],
      executor: executorOf(known),
      cluster: known.facts,
      considered: known.considered,
      inputs: givenInputs(),
      dockerfile: known.plan?.dockerfile,
      repository: repositoryOf(run),
      docs: docsOf(run),
    })
  } catch (error) {
    runner.info(
      `The job summary could not be made (${error instanceof Error ? error.message : 'unknown error'}).`,
    )
    return ''
  }
}

function executorOf({ request, tool }: Known): string | undefined {
  return request !== undefined && isOfCluster(request) ? request.executor : tool
}

/** What a person calls this build: by its image, else by its job. */
function nameOf({ request }: Known, run: RunContext): string {
  const [first] = request?.tags ?? []
  return (first && imageName(first)) ?? request?.jobName ?? run.job ?? 'image'
}

function repositoryOf({ serverUrl, repository, sha }: RunContext) {
  if (serverUrl === undefined || repository === undefined || sha === undefined) return undefined
  return { serverUrl, name: repository, sha }
}

/** The documentation of the very version that ran; unknown for an action in the workflow's own repository. */
function docsOf({ serverUrl, actionRepository, actionRef }: RunContext): string | undefined {
  if (serverUrl === undefined || actionRepository === undefined || actionRef === undefined) return undefined
  return `${serverUrl}/${actionRepository}/blob/${actionRef}/docs`
}
