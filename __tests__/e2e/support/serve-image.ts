import { randomBytes } from 'node:crypto'

import { eventually, kubectl } from './cluster.ts'

/** Runs an image that serves HTTP on port 8080, not as root, and returns what it answers at `/`. */
export async function askServer(image: string): Promise<string> {
  const name = `serve-image-${randomBytes(3).toString('hex')}`
  kubectl('run', name, `--image=${image}`, '--restart=Never', `--overrides=${AS_NOBODY}`)
  let answer = ''
  try {
    await eventually(`${image} answers`, 60, () => {
      try {
        answer = kubectl('get', '--raw', `/api/v1/namespaces/default/pods/${name}:8080/proxy/`)
        return true
      } catch {
        return false
      }
    })
    return answer
  } finally {
    kubectl('delete', 'pod', name, '--wait=false', '--grace-period=1')
  }
}

const AS_NOBODY = JSON.stringify({ spec: { securityContext: { runAsNonRoot: true } } })
