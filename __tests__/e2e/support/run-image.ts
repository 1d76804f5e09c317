import { randomBytes } from 'node:crypto'

import { eventually, get, kubectl } from './cluster.ts'

/** Runs an image as a Pod, as a deployment would pull it, and returns all that it prints. */
export async function runImage(image: string, args: readonly string[]): Promise<string> {
  const name = `run-image-${randomBytes(3).toString('hex')}`
  kubectl('run', name, `--image=${image}`, '--restart=Never', ...(args.length > 0 ? ['--', ...args] : []))
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
