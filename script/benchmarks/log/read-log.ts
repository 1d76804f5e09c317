/** Prints a build's log to its end, as the action follows it: KUBECONFIG BUILD, the latter as JSON. */
import { readFileSync } from 'node:fs'

import type { CreatedBuild, LogEnd } from '../../../src/cluster/cluster-session.ts'
import { loadClusterConfig } from '../../../src/cluster/kubeconfig.ts'
import { openClusterSession } from '../../../src/cluster/session.ts'

const [file = '', json = ''] = process.argv.slice(2)
// Written by the benchmark.
const build = JSON.parse(json) as CreatedBuild
const machine = { environment: process.env, home: undefined, workspace: '/', serviceAccount: '/nowhere' }
const choice = { kubeconfig: readFileSync(file, 'utf8'), kubeContext: undefined }
const session = openClusterSession(await loadClusterConfig(choice, machine))
const ended = Promise.withResolvers<undefined>()
const stop = new AbortController()

let text = ''
function write(): void {
  process.stdout.write(text)
  text = ''
}
const listener = {
  line(line: { readonly text: string }): void {
    text += `${line.text}\n`
    if (text.length > 1 << 16) write()
  },
  gap: (words: string): void => console.error(`GAP: ${words}`),
}

let log: Promise<LogEnd> | undefined
for await (const { pod } of session.observe(build, stop.signal)) {
  const state = pod?.status?.containerStatuses?.[0]?.state
  if (pod && (state?.running ?? state?.terminated)) {
    log ??= session.followLog(build, pod, listener, ended.promise, stop.signal)
  }
  if (state?.terminated) break
}
ended.resolve(undefined)
const end = await log
write()
console.error(end?.kind === 'incomplete' ? `incomplete: ${end.reason}` : 'complete')
session.close()
