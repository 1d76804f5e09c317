/**
 * How long the action takes from the start of its process to its first request
 * to the API server, against a node that does nothing: `npm run benchmark -- start`.
 * The three are run in turn, so that a machine that gets slower slows all.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RUNS = 15
const dist = join(import.meta.dirname, '../../dist')
const workspace = mkdtempSync(join(tmpdir(), 'benchmark-'))
writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')

let onRequest = (): void => undefined
const server = createServer((request, response) => {
  onRequest()
  // Nothing more is wanted of this process: it ends by itself at this answer.
  response.statusCode = 401
  response.end()
  request.resume()
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
// A listening TCP server has this form of address.
const { port } = server.address() as AddressInfo
const kubeconfig = JSON.stringify({
  clusters: [
    { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
  ],
  users: [{ name: 'u', user: { token: 'token-of-a-benchmark' } }],
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'c',
})
const ledger = JSON.stringify({
  version: 1,
  entries: [{ kind: 'Job', namespace: 'ci', name: 'app-x1y2z', ownerToken: 'f00d' }],
})
const env = {
  PATH: process.env['PATH'],
  INPUT_KUBECONFIG: kubeconfig,
  INPUT_TAGS: 'registry.invalid/app:1',
  GITHUB_ACTIONS: 'true',
  GITHUB_WORKSPACE: workspace,
  STATE_ledger: ledger,
}

/** Milliseconds from the start of a process to its first request, or to its end if it makes none. */
async function run(words: readonly string[]): Promise<number> {
  const began = performance.now()
  let requested: number | undefined
  onRequest = () => {
    requested ??= performance.now() - began
  }
  const child = spawn(process.execPath, words, { env, stdio: 'ignore' })
  await once(child, 'exit')
  return requested ?? performance.now() - began
}

const subjects = [
  { name: 'bare node, start to end', words: ['-e', '0'], times: [] as number[] },
  { name: 'main, start to first request', words: [join(dist, 'main.js')], times: [] as number[] },
  { name: 'post, start to first request', words: [join(dist, 'post.js')], times: [] as number[] },
]
for (let turn = -1; turn < RUNS; turn++) {
  for (const { words, times } of subjects) {
    const time = await run(words)
    // The first turn fills the caches of the file system.
    if (turn >= 0) times.push(time)
  }
}
server.close()
rmSync(workspace, { recursive: true })

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN
const bare = median(subjects[0]?.times ?? [])
console.log('| | min ms | median ms | over bare node |\n|---|---|---|---|')
for (const { name, times } of subjects) {
  const middle = median(times)
  console.log(
    `| ${name} | ${Math.min(...times).toFixed(0)} | ${middle.toFixed(0)} | ${(middle / bare).toFixed(1)} |`,
  )
}
