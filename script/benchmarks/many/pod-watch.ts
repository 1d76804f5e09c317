import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import type { Pod } from '../../../src/kubernetes/objects.ts'

/** Pods with a label, as kubectl's watch tells them. */
export interface PodWatch {
  /** The highest number of pods whose container ran at the same time. */
  readonly mostRunning: number
  /** Pods whose container has ended by now. */
  readonly ended: number
  /** Resolves when the containers of so many pods have ended. */
  untilEnded(count: number): Promise<void>
  close(): void
}

/** `kubectl`: the program and its first words. The watch is there when the promise resolves. */
export async function watchPods(kubectl: readonly string[], label: string): Promise<PodWatch> {
  const [program = '', ...words] = kubectl
  const path = `/api/v1/pods?watch=1&labelSelector=${encodeURIComponent(label)}`
  const child = spawn(program, [...words, 'get', '--raw', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  const running = new Set<string>()
  const ended = new Set<string>()
  const wanted: { readonly count: number; readonly resolve: () => void }[] = []
  let mostRunning = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Written by the API server.
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Pod }
    const uid = object.metadata.uid ?? ''
    const state = object.status?.containerStatuses?.[0]?.state
    if (state?.running !== undefined && type !== 'DELETED') running.add(uid)
    else running.delete(uid)
    if (state?.terminated !== undefined) ended.add(uid)
    mostRunning = Math.max(mostRunning, running.size)
    for (const { count, resolve } of wanted) if (ended.size >= count) resolve()
  })
  return {
    get mostRunning() {
      return mostRunning
    },
    get ended() {
      return ended.size
    },
    untilEnded: (count) =>
      new Promise((resolve) => {
        wanted.push({ count, resolve })
        if (ended.size >= count) resolve()
      }),
    close: () => void child.kill(),
  }
}
