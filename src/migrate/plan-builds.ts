import { buildInputs, hostOf } from './build-inputs.ts'
import { lineOfItem, onlyPrepares } from './job-items.ts'
import type { Build, Event, Item } from './job-items.ts'
import { imageKey, mentions } from './mentions.ts'
import { lineOfEvent, useOnRunner } from './runner-uses.ts'
import { inWorkspace } from './paths.ts'
import { resolve, withEnvironment } from './scope.ts'
import type { ShellWord } from './shell-word.ts'

/** Finds each build's tags and pushes, and says of what is not understood why it stays. */
export function planBuilds(events: readonly Event[], items: readonly Item[]): readonly Build[] {
  const builds: Build[] = []
  for (const item of items) {
    if (item.problem !== undefined) continue
    const { verb } = item.engine
    if (verb === 'build') builds.push(buildOf(item))
    if (verb === 'tag') joinTag(item, builds)
    if (verb === 'push') joinPush(item, builds, events)
    if (verb === 'save') joinSave(item, builds, events)
    if (verb === 'bake')
      item.problem = `\`${item.engine.called}\` builds what another file says: make a step of each image`
  }
  for (const build of builds) build.item.problem ??= useOnRunner(build, events, items)
  spread(items, builds)
  return builds
}

function buildOf(item: Item): Build {
  const { engine, statement, read } = item
  const inputs = buildInputs(engine, { scope: statement.scope, directory: statement.directory ?? '.' })
  const [problem] = inputs.problems
  const said = [...inputs.inputs.values(), ...inputs.tags].join('\n')
  const twice = [...read.remade].find((name) => said.includes(`env.${name} `))
  const build: Build = {
    item,
    inputs,
    names: [...inputs.tags],
    pushed: inputs.pushes ? [...inputs.tags] : [],
    push: 'true',
    outputs: [],
    insecure: new Set(inputs.pushes && isInsecure(item) ? inputs.tags.map(hostOf) : []),
  }
  item.build = build
  if (problem !== undefined) item.problem = problem
  else if (inputs.pushes && unreachable(inputs.tags[0] ?? '', item) !== undefined)
    item.problem = unreachable(inputs.tags[0] ?? '', item)
  else if (twice !== undefined) item.problem = `$${twice} gets more than one value in the script`
  else if (keepsOnNode(item)) item.problem = NODE_STORE
  return build
}

/** `nerdctl --namespace k8s.io` puts the image where the node's kubelet looks. */
function keepsOnNode({ engine: { engine, globals } }: Item): boolean {
  const text = globals.map((word) => word.text).join(' ')
  return engine === 'nerdctl' && /(--namespace|-n)[ =]?k8s\.io/.test(text)
}

const NODE_STORE =
  'the image goes into the image store of the node (namespace k8s.io), and is pushed nowhere: push it to a registry that the cluster pulls from, or see `registry: in-cluster` and `load` in docs/inputs.md'

function joinTag(item: Item, builds: readonly Build[]): void {
  const [from, to] = wordsOf(item)
  const build = from === undefined ? undefined : named(from, builds)
  if (build === undefined || to === undefined)
    item.problem ??= `no build of this job makes ${from ?? 'the image'}`
  else {
    build.names.push(to)
    item.build = build
  }
}

function joinPush(item: Item, builds: readonly Build[], events: readonly Event[]): void {
  const flags = item.engine.args.filter(({ text }) => text.startsWith('-')).map(({ text }) => text)
  const known = /^(-a|--all-tags|-q|--quiet|--insecure-registry|--disable-content-trust.*|--all-platforms)$/
  const strange = flags.find((flag) => !known.test(flag))
  const [image] = wordsOf(item)
  if (strange !== undefined) item.problem ??= `the flag ${strange} of push is not known`
  if (image === undefined) item.problem ??= 'it names no image'
  if (item.problem !== undefined || image === undefined) return
  const isAll = flags.some((flag) => flag === '-a' || flag === '--all-tags')
  const build = isAll
    ? builds.find(({ names }) => names.some((name) => isOf(name, image)))
    : named(image, builds)
  if (build === undefined) {
    item.problem = `no build of this job makes ${image}`
    return
  }
  item.build = build
  item.problem = notTogether(build, item, events) ?? unreachable(image, item)
  if (item.problem !== undefined) return
  if (isInsecure(item)) build.insecure.add(hostOf(image))
  const pushed = isAll
    ? build.names.filter((name) => isOf(name, image))
    : build.names.filter((name) => imageKey(name) === imageKey(image))
  const push = pushCondition(build, item)
  if (push === undefined || (build.pushed.length > 0 && build.push !== push))
    item.problem = 'it is pushed under a condition of its own, which one step cannot have'
  else {
    build.push = push
    for (const name of pushed) if (!build.pushed.includes(name)) build.pushed.push(name)
  }
  // The image goes to a registry after all.
  if (build.item.problem === NODE_STORE) build.item.problem = undefined
}

const isInsecure = ({ engine: { globals, args } }: Item): boolean =>
  [...globals, ...args].some(({ text }) => /^--insecure-registry(=true)?$/.test(text))

/** The runner's own address means the pod's in the pod. */
function unreachable(image: string, { statement: { scope } }: Item): string | undefined {
  const host = hostOf(withEnvironment(image, scope))
  return /^(localhost|127\.0\.0\.1)(:|$)/.test(host)
    ? `${host} is the runner itself, which a pod does not reach by that name: see \`registry: in-cluster\` in docs/inputs.md`
    : undefined
}

const isOf = (name: string, repository: string): boolean =>
  imageKey(name).replace(/:[^/:]*$/, '') === imageKey(repository).replace(/:[^/:]*$/, '')

/** `save -o FILE IMAGE`, right behind the build. */
function joinSave(item: Item, builds: readonly Build[], events: readonly Event[]): void {
  const args = [...item.engine.args]
  const at = args.findIndex(({ text }) => /^(-o|--output)$/.test(text))
  const attached = args.findIndex(({ text }) => text.startsWith('--output='))
  const scope = item.statement.scope
  const [file] = at === -1 ? args.splice(attached, attached === -1 ? 0 : 1) : args.splice(at, 2).slice(1)
  const path = file === undefined ? undefined : resolve(file, scope)
  const [image, another] = args.map((word) => resolve(word, scope))
  const build = image?.kind === 'known' ? named(image.text, builds) : undefined
  if (build === undefined || another !== undefined || path?.kind !== 'known') {
    item.problem = 'the input `outputs` of the build brings the image as a file: `type=docker,dest=PATH`'
    return
  }
  item.build = build
  item.problem = notTogether(build, item, events)
  const dest = inWorkspace(path.text.replace(/^--output=/, ''), item.statement.directory ?? '.')
  build.outputs.push(`type=docker,dest=${dest}`)
}

/** Why a build and what is done to its image cannot be one step. */
function notTogether(build: Build, item: Item, events: readonly Event[]): string | undefined {
  const between = events.slice(build.item.place + 1, item.place)
  const isSameStep = build.item.read === item.read
  const other = between.find((event) => !onlyPrepares(event))
  // In one script the build waits for what comes before its push.
  if (other === undefined || (isSameStep && !between.some((event) => usesImage(event, build))))
    return undefined
  const line = lineOfEvent(other)
  return isSameStep
    ? `line ${line} works on the image between its build and this`
    : `other work is done between the build and this (line ${line}): decide whether the image may be pushed before it`
}

function usesImage(event: Event, build: Build): boolean {
  if (event.kind === 'action') return false
  const { engines, called, statement } = event.statement
  return (
    engines.some(({ verb }) => verb === 'other') ||
    called.length > 0 ||
    build.names.some((name) => mentions(statement.text, name))
  )
}

/** When the image is pushed, as the input `push`; undefined where one step cannot say it. */
function pushCondition(build: Build, item: Item): string | undefined {
  const own = bare(build.item.read.step.condition)
  const pushes = bare(item.read.step.condition)
  if (item.read === build.item.read || pushes === undefined || pushes === own) return 'true'
  if (own !== undefined || /\b(always|success|failure|cancelled)\s*\(|\bsteps\./.test(pushes))
    return undefined
  return `\${{ ${pushes} }}`
}

const bare = (condition: string | undefined): string | undefined =>
  condition === undefined ? undefined : (/^\$\{\{\s*(.*?)\s*\}\}$/s.exec(condition)?.[1] ?? condition.trim())

/** The words of `tag` and `push` that are no flags. */
function wordsOf(item: Item): readonly string[] {
  return item.engine.args
    .filter(({ text }) => !text.startsWith('-'))
    .flatMap((word: ShellWord) => {
      const value = resolve(word, item.statement.scope)
      if (value.kind === 'unknown') item.problem ??= value.reason
      return value.kind === 'known' ? [value.text] : []
    })
}

/** The latest build of that name. */
function named(name: string, builds: readonly Build[]): Build | undefined {
  return builds.findLast(({ names }) => names.some((each) => imageKey(each) === imageKey(name)))
}

/** A build and all that belongs to it change together, and so do all calls in a step. */
function spread(items: readonly Item[], builds: readonly Build[]): void {
  for (let before = -1, now = countOf(items); now !== before; before = now, now = countOf(items)) {
    for (const build of builds) {
      const own = items.filter((item) => item.build === build)
      const broken = own.find(({ problem }) => problem !== undefined)
      if (broken !== undefined)
        for (const item of own)
          item.problem ??=
            item === build.item
              ? `what follows in line ${lineOfItem(broken)} stays: ${broken.problem ?? ''}`
              : `its build in line ${lineOfItem(build.item)} stays`
    }
    for (const item of items) {
      if (item.build === undefined || item.problem !== undefined) continue
      const stays = items.find(
        (each) => each.read === item.read && each.problem !== undefined && isOfBuilds(each),
      )
      if (stays !== undefined) item.problem = `line ${lineOfItem(stays)} of the same step stays`
    }
  }
}

const countOf = (items: readonly Item[]): number =>
  items.filter(({ problem }) => problem !== undefined).length

const isOfBuilds = ({ engine: { verb } }: Item): boolean =>
  verb !== 'login' && verb !== 'tidy' && verb !== 'other'
