import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import { dump, load } from 'js-yaml'

import { lab } from './cluster.ts'
import { targetOf } from './faulty-proxy.ts'

/** A disturbance of TCP, as https://github.com/Shopify/toxiproxy#toxics has them; times in milliseconds. */
export interface Toxic {
  readonly type: 'latency' | 'slicer' | 'bandwidth' | 'limit_data' | 'reset_peer' | 'timeout'
  /** `downstream` is towards the action. */
  readonly stream: 'upstream' | 'downstream'
  readonly attributes: Readonly<Record<string, number>>
}

/** One way through it to the API server. */
export interface ToxicWay {
  readonly kubeconfig: string
  add(toxic: Toxic): Promise<void>
  /** Takes all toxics away. */
  heal(): Promise<void>
  /** Off: connections end, and new ones are refused. */
  turn(state: 'on' | 'off'): Promise<void>
}

export interface Toxiproxy {
  /** A new way to the API server of the kubeconfig; TLS passes through untouched. */
  way(name: string, kubeconfig: string): Promise<ToxicWay>
  stop(): void
}

/** What is changed in a kubeconfig. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
}

/** Builds toxiproxy where that was not done yet, and starts it. */
export async function startToxiproxy(): Promise<Toxiproxy> {
  const port = await freePort()
  const words = ['-host', '127.0.0.1', '-port', String(port)]
  const child = spawn(lab('path', 'toxiproxy-server').trim(), words, { stdio: 'ignore' })

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`toxiproxy: ${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  await answering(() => ask('GET', '/version'))
  return {
    async way(name, kubeconfig) {
      const { host, port: upstream } = targetOf(kubeconfig)
      const body = { name, listen: '127.0.0.1:0', upstream: `${host}:${upstream}`, enabled: true }
      // Toxiproxy's own words.
      const { listen } = (await ask('POST', '/proxies', body)) as { readonly listen: string }
      const path = `/proxies/${name}`
      return {
        kubeconfig: by(kubeconfig, listen, host),
        async add(toxic) {
          await ask('POST', `${path}/toxics`, toxic)
        },
        async heal() {
          const toxics = (await ask('GET', `${path}/toxics`)) as readonly { readonly name: string }[]
          for (const toxic of toxics) await ask('DELETE', `${path}/toxics/${toxic.name}`)
        },
        async turn(state) {
          await ask('POST', path, { ...body, listen, enabled: state === 'on' })
        },
      }
    },
    stop: () => void child.kill(),
  }
}

/** The kubeconfig with another address, and the certificate's name of before. */
function by(kubeconfig: string, address: string, host: string): string {
  // A kubeconfig that works has these fields.
  const config = load(kubeconfig) as Kubeconfig
  const clusters = config.clusters.map((one) => ({
    ...one,
    cluster: { ...one.cluster, server: `https://${address}`, 'tls-server-name': host },
  }))
  return dump({ ...config, clusters })
}

async function answering(ask: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + 10_000
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** One that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has this form of address.
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
