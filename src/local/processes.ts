import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What is started, whole. */
export interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute; undefined: where this process is. */
  readonly folder?: string | undefined
  /** Whether it clears up when what it has started is ended, and not when it is ended itself. */
  readonly endsByChildren?: boolean
}

/** How a program ended; `notStarted` where there is none. */
export interface ProcessEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly notStarted: string | undefined
}

/** Runs programs of the runner; tests have a plain object. */
export interface Processes {
  /** Runs one, its output and its error output as one text, line by line. When `signal` aborts, it and what it has started are ended. */
  follow(program: Program, line: (text: string) => void, signal: AbortSignal): Promise<ProcessEnd>
  /** Runs one for what it prints; both texts are cut where they are long. */
  ask(
    program: Program,
    signal: AbortSignal,
  ): Promise<ProcessEnd & { readonly stdout: string; readonly stderr: string }>
}

/** How long a program that is to end has for it, in milliseconds. */
const GRACE_MS = 5_000
/** How much of it one has that clears up by itself. */
const CLEARING_MS = 3_000
/** What is kept of an answer, and of a line, in characters. */
const LONGEST_ANSWER = 4 << 20
const LONGEST_LINE = 1 << 20

/** The runner's processes. */
export const runnerProcesses: Processes = {
  follow: (program, line, signal) => {
    const lines = lineReader(line)
    // Two pipes would meet in any order: the shell makes them one and is gone.
    const merged = {
      ...program,
      program: 'sh',
      args: ['-c', 'exec "$0" "$@" 2>&1', program.program, ...program.args],
    }
    return run(merged, { out: lines.add, err: lines.add }, signal).finally(lines.end)
  },
  ask: async (program, signal) => {
    let [stdout, stderr] = ['', '']
    const add = (text: string, more: string): string => (text + more).slice(0, LONGEST_ANSWER)
    const end = await run(
      program,
      { out: (more) => (stdout = add(stdout, more)), err: (more) => (stderr = add(stderr, more)) },
      signal,
    )
    return { ...end, stdout, stderr }
  },
}

interface Sinks {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** In a process group of its own, so that what it starts ends with it. */
function run(
  { program, args, env, folder, endsByChildren = false }: Program,
  { out, err }: Sinks,
  signal: AbortSignal,
): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env,
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let kill: NodeJS.Timeout | undefined
    let late: NodeJS.Timeout | undefined
    const stop = (): void => {
      const children = endsByChildren ? startedBy(child.pid) : []
      for (const pid of children) end(pid, 'SIGTERM')
      late = setTimeout(() => endGroup(child.pid, 'SIGTERM'), children.length === 0 ? 0 : CLEARING_MS)
      kill = setTimeout(() => endGroup(child.pid, 'SIGKILL'), GRACE_MS)
    }
    const settle = (end: ProcessEnd): void => {
      clearTimeout(late)
      clearTimeout(kill)
      signal.removeEventListener('abort', stop)
      resolve(end)
    }
    child.stdout.setEncoding('utf8').on('data', out)
    child.stderr.setEncoding('utf8').on('data', err)
    child.once('error', ({ message }) =>
      settle({ exitCode: undefined, signal: undefined, notStarted: message }),
    )
    // 'close' waits for the pipes, which what it has left running may hold open.
    child.once('exit', (code, by) => {
      const ended = { exitCode: code ?? undefined, signal: by ?? undefined, notStarted: undefined }
      const slow = setTimeout(() => settle(ended), GRACE_MS)
      child.once('close', () => {
        clearTimeout(slow)
        settle(ended)
      })
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/** A pid that was never given, or whose group is gone, is no error. */
export function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) end(-pid, signal)
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    return
  }
}

/** All that a process has started and that has not left it, by the system's table; none where there is no such. */
function startedBy(pid: number | undefined): readonly number[] {
  if (pid === undefined) return []
  const parents = processTable()
  const found = new Set([pid])
  // A child may stand before its parent.
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child)
  }
  found.delete(pid)
  return [...found]
}

/** The parent of each process. */
function processTable(): readonly (readonly [number, number])[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => [Number(entry), parentOf(entry)] as const)
  } catch {
    return []
  }
}

function parentOf(id: string): number {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1] ?? -1)
  } catch {
    return -1
  }
}

function lineReader(tell: (text: string) => void) {
  let rest = ''
  return {
    add: (text: string): void => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) tell(line)
      if (rest.length <= LONGEST_LINE) return
      tell(rest)
      rest = ''
    },
    end: (): void => {
      if (rest !== '') tell(rest)
      rest = ''
    },
  }
}

/** The action's own inputs, secrets among them, are no business of a builder. */
export function withoutInputs(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('INPUT_')))
}
