import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { start } from './process.ts'
import type { Ended, Running } from './process.ts'

const DIST = join(import.meta.dirname, '../../dist')

/** One step of a job: dist/ as a process, with the inputs and files that GitHub's runner gives it. */
export interface Step {
  main(): Running
  /** The post phase, with the state that the main phase has written so far. */
  post(): Running
  outputs(): Readonly<Record<string, string>>
  summary(): string
  /** Removes the step's files. */
  dispose(): void
}

export interface StepOptions {
  readonly inputs: Readonly<Record<string, string>>
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Folder that `context` and `file` are relative to. */
  readonly workspace: string
  /** Which program of dist/ the main phase is; `main` where it is not said. */
  readonly program?: 'main' | 'janitor' | 'doctor'
  /** `false`: as in a terminal, without any variable of GitHub's runner. */
  readonly github?: boolean
  /** The words that run a phase elsewhere, where the same files are; by default it is a process of this machine. */
  readonly elsewhere?: (words: readonly string[], env: Readonly<Record<string, string>>) => readonly string[]
}

export function step(options: StepOptions): Step {
  const folder = mkdtempSync(join(tmpdir(), 'step-'))
  const files = {
    output: join(folder, 'output'),
    state: join(folder, 'state'),
    summary: join(folder, 'summary'),
  }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const env = {
    ...Object.fromEntries(
      Object.entries(options.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    ...(options.github === false ? {} : runnerVariables(options.workspace, files)),
    ...options.env,
  }
  const phase = (name: string, more: Readonly<Record<string, string>>): Running => {
    const words = [process.execPath, join(DIST, `${name}.js`)]
    const all = { ...env, ...more }
    return options.elsewhere === undefined
      ? start(words, { cwd: options.workspace, env: all })
      : start(options.elsewhere(words, all))
  }
  return {
    main: () => phase(options.program ?? 'main', {}),
    post: () => phase('post', stateVariables(readFileSync(files.state, 'utf8'))),
    outputs: () => parseFile(readFileSync(files.output, 'utf8')),
    summary: () => readFileSync(files.summary, 'utf8'),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function runnerVariables(
  workspace: string,
  files: Readonly<Record<'output' | 'state' | 'summary', string>>,
): Readonly<Record<string, string>> {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: files.output,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.summary,
  }
}

/** A step whose main and post phases have run. */
export interface FinishedStep {
  readonly main: Ended
  readonly post: Ended
  readonly outputs: Readonly<Record<string, string>>
  /** What it wrote to the page of the run, Markdown. */
  readonly summary: string
}

/** Runs main, then post from the state that main wrote. */
export async function runStep(options: StepOptions): Promise<FinishedStep> {
  const one = step(options)
  try {
    const main = await one.main().ended
    const post = await one.post().ended
    return { main, post, outputs: one.outputs(), summary: one.summary() }
  } finally {
    one.dispose()
  }
}

function stateVariables(file: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parseFile(file)).map(([name, value]) => [`STATE_${name}`, value]))
}

/** `name<<delimiter`, lines, `delimiter`: the form of GitHub's output and state files; the last of a name counts. */
export function parseFile(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const head = /^(.+?)<<(.+)$/.exec(lines[at] ?? '')
    if (!head) continue
    const [, name = '', delimiter = ''] = head
    const end = lines.indexOf(delimiter, at + 1)
    found[name] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return found
}
