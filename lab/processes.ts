import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LabError, lastLines } from './command.ts'
import { insidePath, runInside } from './namespaces.ts'
import type { Lab } from './places.ts'
import { waitUntil } from './waiting.ts'

/** One long-running program of the cluster. */
export interface Component {
  readonly name: string
  readonly command: readonly string[]
  /** Whether it serves; asked again and again after the start. */
  readonly ready: (running: RunningLab) => Promise<boolean> | boolean
}

/** An instance whose namespaces exist. */
export interface RunningLab {
  readonly lab: Lab
  /** The first process in the namespaces, as the machine counts. */
  readonly init: number
}

const START_SECONDS = 60

/** Where a component's output goes. */
export function logOf(lab: Lab, component: string): string {
  return join(lab.logs, `${component}.log`)
}

/** Starts a component unless it runs, and waits until it serves. Throws a LabError with its last words. */
export async function start(running: RunningLab, component: Component): Promise<void> {
  if (!isRunning(running, component.name)) await launch(running, component)
  await waitUntil(`${component.name} (log: ${logOf(running.lab, component.name)})`, START_SECONDS, () => {
    if (!isRunning(running, component.name)) throw died(running.lab, component.name)
    return component.ready(running)
  })
}

function died(lab: Lab, component: string): LabError {
  const log = logOf(lab, component)
  return new LabError(`${component} ended at once:\n${lastLines(log)}\nThe whole log: ${log}`)
}

async function launch({ lab, init }: RunningLab, component: Component): Promise<void> {
  const log = logOf(lab, component.name)
  writeFileSync(log, '')
  // The shell ends at once, so the component becomes a child of the namespaces' first process.
  // A program finds its siblings on its PATH, as containerd its shim.
  const background = 'log=$1; PATH=$2:$PATH; shift 2; setsid "$@" >>"$log" 2>&1 </dev/null & echo $!'
  const [program = ''] = component.command
  const words = ['launch', log, dirname(program), ...component.command]
  const id = await runInside(init, ['sh', '-c', background, ...words])
  const birth = birthOf(init, id.trim())
  if (birth !== undefined) writeFileSync(recordOf(init, component.name), `${id.trim()} ${birth}\n`)
}

/** When a process began, in the kernel's ticks: with its id it names it for good. Undefined if it has ended. */
function birthOf(init: number, id: string): string | undefined {
  try {
    const fields = readFileSync(insidePath(init, `/proc/${id}/stat`), 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    const [state] = fields
    return state === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** The process id, as the lab counts, and the birth of a component are kept where they end with the lab. */
function recordOf(init: number, component: string): string {
  return insidePath(init, `/run/hybrid-lab/processes/${component}`)
}

/** Whether a component was started and has not ended. */
export function isRunning({ init }: RunningLab, component: string): boolean {
  const id = processId(init, component)
  return id !== undefined
}

function processId(init: number, component: string): string | undefined {
  try {
    const [id = '', birth] = readFileSync(recordOf(init, component), 'utf8').trim().split(' ')
    return birthOf(init, id) === birth ? id : undefined
  } catch {
    return undefined
  }
}

/** Ends a component at once (as a crash would) and waits for its end; nothing happens if it does not run. */
export async function stop(running: RunningLab, component: string): Promise<void> {
  const id = processId(running.init, component)
  if (id === undefined) return
  await runInside(running.init, ['kill', '-KILL', id])
  await waitUntil(`The end of ${component}`, 10, () => !existsSync(insidePath(running.init, `/proc/${id}`)))
  rmSync(recordOf(running.init, component), { force: true })
}

/** Lets a component stand still, as a machine that hangs, or go on. Throws a LabError if it does not run. */
export async function signal(running: RunningLab, component: string, name: 'STOP' | 'CONT'): Promise<void> {
  const id = processId(running.init, component)
  if (id === undefined) throw new LabError(`${component} does not run`)
  await runInside(running.init, ['kill', `-${name}`, id])
}

/** Whether something in the lab's network listens on a TCP port. */
export function listens({ init }: RunningLab, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return ['tcp', 'tcp6'].some((table) =>
    readFileSync(`/proc/${String(init)}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .some(([, local = '', , state]) => local.endsWith(wanted) && state === '0A'),
  )
}
