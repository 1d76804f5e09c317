import { execFileSync } from 'node:child_process'

import { watchPods } from './pod-watch.ts'

const LABEL = 'hybrid-kubernetes-benchmark'

/**
 * Seconds until the containers of so many bare Jobs have ended, from one
 * `kubectl create` of them all: pods like the builds' that do nothing.
 */
export async function bareJobs(
  kubectl: readonly string[],
  count: number,
  image: string,
): Promise<{ readonly seconds: number; readonly mostRunning: number }> {
  const [program = '', ...words] = kubectl
  const items = Array.from({ length: count }, (_, at) => bareJob(`benchmark-bare-${at}`, image))
  const watch = await watchPods(kubectl, LABEL)
  const began = performance.now()
  try {
    execFileSync(program, [...words, 'create', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    await watch.untilEnded(count)
    return { seconds: (performance.now() - began) / 1000, mostRunning: watch.mostRunning }
  } finally {
    watch.close()
    execFileSync(program, [...words, 'delete', 'jobs', '-l', LABEL, '--wait=true'], { stdio: 'ignore' })
  }
}

function bareJob(name: string, image: string): object {
  const metadata = { name, labels: { [LABEL]: '' } }
  const container = {
    name: 'kaniko',
    image,
    args: ['version'],
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  }
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostUsers: false,
    containers: [container],
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { backoffLimit: 0, template: { metadata: { labels: metadata.labels }, spec } },
  }
}
