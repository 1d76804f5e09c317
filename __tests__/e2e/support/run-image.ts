import { randomBytes } from 'node:crypto'

import { eventually, get, kubectl } from './cluster.ts'

/** Runs an image with arguments for its entrypoint, and returns all that it prints. */
export function runImage(image: string, args: readonly string[]): Promise<string> {
  return runPod(image, args.length > 0 ? ['--', ...args] : [])
}

/** Runs a shell script in an image instead of its entrypoint, and returns all that it prints. */
export function runInImage(image: string, script: string): Promise<string> {
  return runPod(image, ['--command', '--', 'sh', '-c', script])
}

/** A Pod, so that the node pulls the image as it would for a deployment. */
async function runPod(image: string, words: readonly string[]): Promise<string> {
  const name = `run-image-${randomBytes(3).toString('hex')}`
  kubectl('run', name, `--image=${image}`, '--restart=Never', ...words)
  try {
    await eventually(`${image} has run to its end`, 90, () => {
      const pod = get('pod', name) as { readonly status: { readonly phase: string } }
      return ['Succeeded', 'Failed'].includes(pod.status.phase)
    })
    return kubectl('logs', name)
  } finally {
    kubectl('delete', 'pod', name, '--wait=false', '--grace-period=1')
  }
}
