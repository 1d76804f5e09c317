import { load, YAMLException } from 'js-yaml'

import type { PlacedProblem, RepositoryFile } from './doctor-ports.ts'

/**
 * What is wrong with a workflow file, as far as YAML and the frame of GitHub's
 * syntax go: keys that there are, jobs that run somewhere, steps that do one
 * thing, `needs` that name a job. Expressions and actions' inputs are
 * actionlint's, where that is installed. Source of the keys:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
 */
export function problemsOf({ path, text }: RepositoryFile): readonly PlacedProblem[] {
  let workflow: unknown
  try {
    workflow = load(text)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    return [{ path, line: (error.mark?.line ?? 0) + 1, text: `this is no YAML: ${error.reason}` }]
  }
  const problems: PlacedProblem[] = []
  const report: Report = (needle, words) => problems.push({ path, line: lineOf(text, needle), text: words })
  checkWorkflow(workflow, report)
  return problems
}

type Report = (needle: string | undefined, words: string) => void

const WORKFLOW = ['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs']
const JOB = [
  ...[
    'name',
    'permissions',
    'needs',
    'if',
    'runs-on',
    'snapshot',
    'environment',
    'concurrency',
    'outputs',
    'env',
  ],
  ...['defaults', 'steps', 'timeout-minutes', 'strategy', 'continue-on-error', 'container', 'services'],
  ...['uses', 'with', 'secrets'],
]
const STEP = [
  ...['id', 'if', 'name', 'uses', 'run', 'working-directory', 'shell', 'with', 'env', 'continue-on-error'],
  ...['timeout-minutes', 'background', 'cancel', 'parallel', 'wait', 'wait-all'],
]

function checkWorkflow(workflow: unknown, report: Report): void {
  if (!isMapping(workflow)) {
    report(undefined, 'this is no workflow: a mapping with `on` and `jobs` belongs here')
    return
  }
  checkKeys(workflow, WORKFLOW, 'a workflow', report)
  if (!('on' in workflow)) report(undefined, 'the workflow does not say when it runs: `on` is missing')
  const { jobs } = workflow
  if (!isMapping(jobs) || Object.keys(jobs).length === 0) {
    report('jobs', 'the workflow has no jobs')
    return
  }
  for (const [name, job] of Object.entries(jobs)) checkJob(name, job, Object.keys(jobs), report)
}

function checkJob(name: string, job: unknown, jobs: readonly string[], report: Report): void {
  if (!isMapping(job)) {
    report(name, `the job ${name} is empty`)
    return
  }
  checkKeys(job, JOB, `the job ${name}`, report)
  if ('uses' in job === 'steps' in job)
    report(name, `the job ${name} has to have either \`steps\` or \`uses\``)
  if ('steps' in job && !('runs-on' in job))
    report(name, `the job ${name} does not say where it runs: \`runs-on\` is missing`)
  for (const needed of [job['needs']].flat()) {
    if (typeof needed === 'string' && !jobs.includes(needed))
      report(needed, `the job ${name} needs ${needed}, which there is not`)
  }
  const { steps } = job
  if (steps === undefined) return
  if (!Array.isArray(steps)) {
    report('steps', `the steps of the job ${name} are no list`)
    return
  }
  steps.forEach((step, at) => checkStep(step, `step ${at + 1} of the job ${name}`, name, report))
}

function checkStep(step: unknown, where: string, job: string, report: Report): void {
  if (!isMapping(step)) {
    report(job, `${where} is empty`)
    return
  }
  checkKeys(step, STEP, where, report)
  const does = ['uses', 'run', 'wait', 'wait-all', 'cancel', 'parallel'].filter((key) => key in step)
  const needle = typeof step['name'] === 'string' ? step['name'] : job
  if (does.length === 0) report(needle, `${where} does nothing: it has neither \`run\` nor \`uses\``)
  if ('uses' in step && 'run' in step)
    report(needle, `${where} has \`run\` and \`uses\`, of which one is possible`)
}

function checkKeys(mapping: Mapping, known: readonly string[], where: string, report: Report): void {
  for (const key of Object.keys(mapping)) {
    if (!known.includes(key)) report(`${key}:`, `there is no \`${key}\` in ${where}`)
  }
}

type Mapping = Readonly<Record<string, unknown>>

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first line that has the text, counted from 1; the first of all if none. */
function lineOf(text: string, needle: string | undefined): number {
  if (needle === undefined) return 1
  const at = text.split('\n').findIndex((line) => line.trimStart().replace(/^- /, '').includes(needle))
  return Math.max(at, 0) + 1
}
