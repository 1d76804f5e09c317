import { readActionBuild, isSetup } from './action-steps.ts'
import type { ActionBuild } from './action-steps.ts'
import type { EngineCommand } from './engine-command.ts'
import { eventsOf, itemsOf, lineOfItem } from './job-items.ts'
import type { Build, Item } from './job-items.ts'
import { onOneLine } from './finding.ts'
import type { BuildFinding, Note } from './finding.ts'
import { inlineScripts } from './inline-scripts.ts'
import { conditionsOf, loginsOf } from './logins.ts'
import type { JobLogin } from './logins.ts'
import { planBuilds } from './plan-builds.ts'
import { readJob } from './read-job.ts'
import type { ReadStatement, ReadStep } from './read-job.ts'
import type { Repository } from './repository.ts'
import { rewriteStep } from './rewrite-step.ts'
import type { NewStep } from './rewrite-step.ts'
import type { Job, Step, WorkflowFile } from './workflow-file.ts'

/** What takes the place of a step: the texts of steps from their first key on; none where it goes. */
export interface StepChange {
  readonly step: Step
  readonly texts: readonly string[]
}

export interface JobPlan {
  readonly changes: readonly StepChange[]
  readonly findings: readonly BuildFinding[]
  readonly notes: readonly Note[]
}

/** Plans one job: which of its steps change, and what stays and why. */
export function planJob(file: WorkflowFile, job: Job, repository: Repository): JobPlan {
  const except = new Set<number>()
  for (;;) {
    const { plan, broken } = planWith(file, inlineScripts(job, repository, except), repository)
    if (broken.length === 0) return plan
    // A script that is not understood as a whole stays a script.
    for (const { index } of broken) except.add(index)
  }
}

function planWith(
  file: WorkflowFile,
  job: Job,
  repository: Repository,
): { readonly plan: JobPlan; readonly broken: readonly Step[] } {
  const steps = readJob(file, job, repository)
  const events = eventsOf(steps)
  const items = itemsOf(events)
  if (file.kind === 'composite action') for (const item of items) item.problem ??= COMPOSITE
  const builds = planBuilds(events, items)
  const actions = actionBuilds(file, steps)
  const building = [...builds.map(({ item }) => item.read.step), ...actions.map(({ step }) => step)]
  const logins = loginsOf(events, items, conditionsOf(building))
  const stays = (item: Item): boolean => item.problem !== undefined && item.engine.verb !== 'login'
  const isWhole =
    !items.some((item) => stays(item) || item.engine.verb === 'other') &&
    actions.every(({ problem }) => problem === undefined)
  const isBuilt =
    builds.some(({ item }) => item.problem === undefined) ||
    actions.some(({ problem }) => problem === undefined)
  const user = firstUser(steps, building)
  const needed = !isBuilt
    ? NO_BUILD
    : !isWhole
      ? STILL_NEEDED
      : user === undefined
        ? undefined
        : neededBy(user)
  if (needed !== undefined) for (const { item } of logins) if (item !== undefined) item.problem ??= needed
  const done: Plan = {
    file,
    steps,
    items,
    builds,
    actions,
    logins,
    isWhole: isWhole && isBuilt,
    user,
    made: new Map(),
  }
  const broken = items.filter(({ problem, read, engine }) => {
    return read.step.run?.file !== undefined && (problem !== undefined || engine.verb === 'other')
  })
  const plan = { changes: changesOf(done), findings: findingsOf(done), notes: notesOf(done) }
  return { plan, broken: broken.map(({ read }) => read.step) }
}

const COMPOSITE =
  'a composite action has no secrets: give it an input for the kubeconfig, and put the step there by hand'
/** Programs that read what `docker login` wrote. */
const USERS =
  /\b(cosign|crane|gcrane|skopeo|oras|regctl|helm|trivy|grype|syft|notation|ko|kind|k3d|docker-compose)\b/

/** A step that may use a sign-in besides the builds. */
function firstUser(steps: readonly ReadStep[], builds: readonly Step[]): Step | undefined {
  return steps.map(({ step }) => step).find((step) => USERS.test(usedIn(step)) && !builds.includes(step))
}

/** What a step runs, without its name. */
const usedIn = ({ run, uses }: Step): string => `${run?.script ?? ''}\n${uses ?? ''}`

const neededBy = ({ line }: Step): string => `the step in line ${line} may need it`

const STILL_NEEDED = 'what stays in this job needs it'
const NO_BUILD = 'no build of this job is one that could sign in itself'

interface Plan {
  readonly file: WorkflowFile
  readonly steps: readonly ReadStep[]
  readonly items: readonly Item[]
  readonly builds: readonly Build[]
  readonly actions: readonly ActionBuild[]
  readonly logins: readonly JobLogin[]
  /** Whether no container tool is left in the job. */
  readonly isWhole: boolean
  /** A step that may use the sign-ins besides. */
  readonly user: Step | undefined
  readonly made: Map<ReadStep, readonly NewStep[]>
}

function actionBuilds(file: WorkflowFile, steps: readonly ReadStep[]): readonly ActionBuild[] {
  const hasCheckout = steps.some(({ step }) => step.uses?.startsWith('actions/checkout@') === true)
  return steps.flatMap(({ step }) => {
    const found = readActionBuild(step, file.source, hasCheckout)
    if (found === undefined) return []
    return file.kind === 'workflow' ? [found] : [{ ...found, problem: COMPOSITE }]
  })
}

function changesOf(plan: Plan): readonly StepChange[] {
  const changes = plan.steps.flatMap((read) => changeOf(read, plan) ?? [])
  // A job needs a step.
  return changes.filter(({ texts }) => texts.length === 0).length === plan.steps.length ? [] : changes
}

function changeOf(read: ReadStep, plan: Plan): StepChange | undefined {
  const { step } = read
  const logins = plan.logins.map(({ login }) => login)
  const action = plan.actions.find((each) => each.step === step)
  if (action !== undefined)
    return action.problem === undefined ? { step, texts: [action.text(logins)] } : undefined
  if (step.uses !== undefined)
    return plan.isWhole && isRemovable(step, plan) ? { step, texts: [] } : undefined
  if (goneFrom(read, plan).size === 0) return undefined
  return { step, texts: rewritten(read, plan).map(({ text }) => text) }
}

/** The steps in place of one, made once. */
function rewritten(read: ReadStep, plan: Plan): readonly NewStep[] {
  const made = plan.made.get(read)
  if (made !== undefined) return made
  const steps = rewriteStep({
    read,
    source: plan.file.source,
    gone: goneFrom(read, plan),
    builds: placesOf(read, plan),
    logins: plan.logins.map(({ login }) => login),
  })
  plan.made.set(read, steps)
  return steps
}

/** Sign-ins and preparations that are a build's own affair now, unless other steps use what they give. */
function isRemovable(step: Step, { logins, file, user }: Plan): boolean {
  if (step.id !== undefined && file.source.includes(`steps.${step.id}.`))
    return isSetup(step) && !usesOtherwise(step.id, file.source)
  const isLogin = logins.some((login) => login.step === step && login.item === undefined)
  return step.fixed === undefined && (isSetup(step) || (isLogin && user === undefined))
}

/** `builder: steps.ID.outputs.name` goes as well. */
function usesOtherwise(id: string, source: string): boolean {
  return source.split('\n').some((line) => line.includes(`steps.${id}.`) && !/^\s*builder:/.test(line))
}

/** Statements whose only call of a container tool is understood. */
function goneFrom(read: ReadStep, { items, isWhole }: Plan): ReadonlySet<ReadStatement> {
  return new Set(
    items
      .filter((item) => item.read === read && item.problem === undefined)
      .filter(({ engine: { verb } }) => verb !== 'other' && (verb !== 'tidy' || isWhole))
      .map(({ statement }) => statement),
  )
}

/** Where in the script each build's step stands: where the last is done to its image. */
function placesOf(read: ReadStep, { builds, items }: Plan): ReadonlyMap<ReadStatement, Build> {
  return new Map(
    builds
      .filter(({ item }) => item.read === read && item.problem === undefined)
      .map((build) => {
        const last = items.findLast((item) => item.build === build && item.read === read)
        return [(last ?? build.item).statement, build] as const
      }),
  )
}

function notesOf(plan: Plan): readonly Note[] {
  const { file, builds, actions, steps, isWhole } = plan
  const at = (line: number, text: string): Note => ({ file: file.path, line, text })
  const ofBuilds = builds
    .filter(({ item }) => item.problem === undefined)
    .flatMap(({ item, inputs }) => inputs.notes.map((text) => at(lineOfItem(item), `${text}.`)))
  const ofActions = actions.flatMap(({ step, problem }) =>
    problem === undefined && /type=(gha|local|inline)/.test(step.text)
      ? [at(step.line, 'The cache is left out: layers are kept in the registry, beside the image.')]
      : [],
  )
  const ofLogins = steps.flatMap(({ step }) => {
    if (!isWhole || step.uses?.startsWith('docker/login-action@') !== true || isRemovable(step, plan))
      return []
    return [
      at(
        step.line,
        plan.user === undefined ? LOGIN_STAYS : `docker/login-action stays, for ${neededBy(plan.user)}.`,
      ),
    ]
  })
  const ofScripts = steps.flatMap(({ step }) => {
    const script = step.run?.file
    return script === undefined
      ? []
      : [at(step.line, `${script} is not run here any more: delete it if nothing else runs it.`)]
  })
  return [...ofBuilds, ...ofActions, ...ofLogins, ...ofScripts]
}

const LOGIN_STAYS =
  'docker/login-action stays, for it has a condition or inputs of its own: it needs the program docker on the runner, which `registries` does not.'

function findingsOf(plan: Plan): readonly BuildFinding[] {
  const { file, items, actions, steps } = plan
  const ofItems = items.flatMap((item) => {
    const { verb, engine } = item.engine
    if (verb === 'tidy' && (plan.isWhole || engine === 'docker')) return []
    if (verb === 'other' && engine !== 'nerdctl') return []
    return [{ order: lineOfItem(item), finding: findingOf(item, plan) }]
  })
  const ofActions = actions.map(({ step, problem, text }) => ({
    order: step.line,
    finding: {
      file: file.path,
      line: step.line,
      command: `uses: ${step.uses ?? ''}`,
      replacement:
        problem === undefined ? asStep(text(plan.logins.map(({ login }) => login)), step) : undefined,
      reason: problem === undefined ? undefined : sentence(problem),
    },
  }))
  const ofScripts = steps.flatMap((read) => calledFindings(file, read))
  return [...ofItems, ...ofActions, ...ofScripts]
    .sort((a, b) => a.order - b.order)
    .map(({ finding }) => finding)
}

function findingOf(item: Item, plan: Plan): BuildFinding {
  const { engine, read, build } = item
  const base = {
    file: read.step.run?.file ?? plan.file.path,
    line: lineOfItem(item),
    command: onOneLine(engine.command.text),
  }
  const other = engine.verb === 'other' || engine.verb === 'tidy'
  const problem =
    item.problem ?? (other ? 'it is no build: take nerdctl out by hand where nothing needs it' : undefined)
  if (problem !== undefined) return { ...base, replacement: undefined, reason: sentence(problem) }
  const of = build ?? plan.builds.find((each) => each.item.problem === undefined)
  const step = of?.item.read ?? read
  const text =
    rewritten(step, plan).find((each) => each.build === of)?.text ??
    plan.actions[0]?.text(plan.logins.map(({ login }) => login))
  return { ...base, replacement: text === undefined ? undefined : asStep(text, step.step), reason: undefined }
}

function calledFindings(
  file: WorkflowFile,
  { step, statements }: ReadStep,
): readonly { readonly order: number; readonly finding: BuildFinding }[] {
  return statements.flatMap(({ called, statement }) => {
    const line = step.run?.lineOf(statement.line) ?? step.line
    return called
      .filter(({ engine: { verb, engine } }) => (verb !== 'other' && verb !== 'tidy') || engine === 'nerdctl')
      .map(({ file: script, line: at, engine }) => ({
        order: line,
        finding: {
          file: script,
          line: at,
          command: onOneLine(engine.command.text),
          replacement: undefined,
          reason: sentence(`${file.path} runs this file in line ${line}${adviceFor(engine)}`),
        },
      }))
  })
}

const adviceFor = ({ verb }: EngineCommand): string =>
  verb === 'other' || verb === 'tidy'
    ? ', and this is no build: take nerdctl out by hand where nothing needs it'
    : ': build with a step of the workflow there, and take it out of here'

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** A step's text as an item of a list in the first column. */
export function asStep(text: string, { indent }: Step): string {
  const lines = text
    .split('\n')
    .map((line, at) => (at === 0 ? line : line.replace(new RegExp(`^ {0,${indent}}`), '  ')))
  return `- ${lines.map((line) => line.trimEnd()).join('\n')}\n`
}
