import { JSDOM } from 'jsdom'

/** A bar as Mermaid understood it. */
export interface Task {
  readonly task: string
  readonly section: string
  readonly startTime: Date
  readonly endTime: Date
  readonly done?: boolean
  readonly crit?: boolean
  readonly active?: boolean
}

/** The parts of Mermaid that are used here; Gantt's database is not in its types. */
interface Mermaid {
  parse(text: string): Promise<unknown>
  readonly mermaidAPI: {
    getDiagramFromText(text: string): Promise<{
      readonly type: string
      readonly db: {
        getTasks(): readonly Task[]
        getSections(): readonly string[]
        getDiagramTitle(): string
      }
    }>
  }
}

/** What Mermaid's own parser reads in a chart. Throws what it would show in place of the chart. */
export async function readGantt(chart: string): Promise<{
  readonly title: string
  readonly sections: readonly string[]
  readonly tasks: readonly Task[]
}> {
  loading ??= load()
  const loaded = await loading
  await loaded.parse(chart)
  const { type, db } = await loaded.mermaidAPI.getDiagramFromText(chart)
  if (type !== 'gantt') throw new Error(`Mermaid takes it for a diagram of type ${type}`)
  return { title: db.getDiagramTitle(), sections: db.getSections(), tasks: db.getTasks() }
}

let loading: Promise<Mermaid> | undefined

/** Mermaid looks for a browser when it is loaded. */
async function load(): Promise<Mermaid> {
  const { window } = new JSDOM('')
  Object.assign(globalThis, { window, document: window.document })
  const { default: loaded } = await import('mermaid')
  return loaded as unknown as Mermaid
}
