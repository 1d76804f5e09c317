import { dump, loadAll } from 'js-yaml'

import type { Page } from './page.ts'

/** A workflow that a page shows, made whole where it shows only a part. */
export interface ShownWorkflow {
  /** The nearest heading above it. */
  readonly section: string
  /** YAML. */
  readonly text: string
}

/** What makes a whole workflow of a job. */
const AROUND = { on: 'push', permissions: { contents: 'read' } } as const

/** The workflows, jobs and steps in a page's YAML; Kubernetes' objects and single inputs are none. */
export function shownWorkflows({ blocks }: Page): readonly ShownWorkflow[] {
  return blocks
    .filter(({ info }) => info === 'yaml')
    .flatMap(({ section, text }) => {
      const [shown, ...more] = loadAll(text)
      // Several documents in one are Kubernetes' way.
      const whole = more.length > 0 ? undefined : wholeOf(shown)
      if (whole === undefined) return []
      // What is whole already is looked at as it is written.
      return [{ section, text: whole === 'already' ? text : dump(whole) }]
    })
}

function wholeOf(shown: unknown): object | 'already' | undefined {
  if (Array.isArray(shown)) return shown.some(isStep) ? wholeOf({ steps: shown }) : undefined
  if (typeof shown !== 'object' || shown === null) return undefined
  if ('jobs' in shown) return 'on' in shown ? 'already' : { ...AROUND, ...shown }
  if ('steps' in shown) return { ...AROUND, jobs: { shown: { 'runs-on': 'ubuntu-latest', ...shown } } }
  return undefined
}

/** Rules of a role are a list, too. */
function isStep(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && ('uses' in entry || 'run' in entry)
}
