import { lineOfItem } from './job-items.ts'
import type { Build, Event, Item } from './job-items.ts'
import { mentions } from './mentions.ts'

/** Programs that take an image from the store of the runner's tool into a cluster. */
const IMPORTS = /\b(kind\s+load|k3d\s+image\s+import|minikube\s+image\s+load)\b/

/** How later on the job works with an image where it was built, as one sentence: a build in the cluster leaves none there. */
export function useOnRunner(
  build: Build,
  events: readonly Event[],
  items: readonly Item[],
): string | undefined {
  const later = events.slice(build.item.place)
  return byTool(build, items) ?? byCalled(later) ?? byImport(build, later) ?? unpushed(build, later)
}

/** By its names, and as the build's own words have them. */
function namesOf({ names, item, inputs }: Build): readonly string[] {
  const written = item.engine.args.map(({ text }) => text.replace(/^(--tag=|-t(?=.))/, ''))
  return [
    ...names,
    ...(inputs.tags.length === 0
      ? []
      : written.filter((text) => /[:/$]/.test(text) && !text.startsWith('-'))),
  ]
}

function byTool(build: Build, items: readonly Item[]): string | undefined {
  const later = items.filter(({ place, engine }) => place > build.item.place && engine.verb === 'other')
  const used = later.find(({ engine: { called, command, args } }) => {
    // A compose file may name any image.
    if (called === 'compose')
      return build.pushed.length === 0 && /^(up|run|start|create)$/.test(args[0]?.text ?? '')
    return called !== 'pull' && namesOf(build).some((name) => mentions(command.text, name))
  })
  if (used === undefined) return undefined
  const { engine, called } = used.engine
  return `\`${engine} ${called}\` in line ${lineOfItem(used)} uses the image where it was built: there is none on the runner any more`
}

function byCalled(later: readonly Event[]): string | undefined {
  const event = later.find(
    (each) =>
      each.kind === 'statement' &&
      each.statement.called.some(({ engine: { verb } }) => !/^(build|login|tidy)$/.test(verb)),
  )
  return event === undefined ? undefined : `line ${lineOfEvent(event)} runs a file that works with images`
}

function byImport(build: Build, later: readonly Event[]): string | undefined {
  const event = later.find(
    (each) =>
      each.kind === 'statement' &&
      IMPORTS.test(each.statement.statement.text) &&
      namesOf(build).some((name) => mentions(each.statement.statement.text, name)),
  )
  return event === undefined
    ? undefined
    : `line ${lineOfEvent(event)} takes the image from the runner: there is none any more`
}

/** An image that nothing pushes and something names. */
function unpushed(build: Build, later: readonly Event[]): string | undefined {
  if (build.pushed.length > 0 || build.outputs.length > 0) return undefined
  const event = later.slice(1).find((each) => {
    const isOther =
      each.kind === 'action' || (each.statement.kind === 'work' && each.statement.engines.length === 0)
    const text = each.kind === 'action' ? each.read.step.text : each.statement.statement.text
    return isOther && namesOf(build).some((name) => mentions(text, name))
  })
  return event === undefined
    ? undefined
    : `line ${lineOfEvent(event)} uses the image, and nothing pushes it: a build in the cluster leaves none on the runner`
}

/** One-based line of the file that an event is on. */
export function lineOfEvent(event: Event): number {
  const { step } = event.read
  return event.kind === 'action' ? step.line : (step.run?.lineOf(event.statement.statement.line) ?? step.line)
}
