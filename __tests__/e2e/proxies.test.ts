import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { startProxy } from '../support/http-proxy.ts'
import { cluster, describeInLab, eventually, LAB_ONLY, ours } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'
import { kubeconfig, ownKubeconfig } from './support/service-account.ts'

/** A name that nobody knows but the proxy: what arrives has come through it. */
const SERVER = 'cluster.invalid:6443'

const registry = cluster.registry.replace(/[:/].*/, '')

describeInLab(`a cluster that only a proxy reaches${LAB_ONLY}`, () => {
  test('is built in through it: requests, watches, the log, a streamed context, and files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proxies-'))
    const own = ownKubeconfig()
    const server = new URL(String(own.cluster['server']))
    const proxy = await startProxy({ target: { host: server.hostname, port: Number(server.port) } })
    // Bringing files needs an image that Kaniko itself has written.
    const outputs = cluster.executor === 'real' ? `type=docker,dest=${join(folder, 'image.tar')}` : ''
    try {
      const { main, outputs: found } = await runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', {
          kubeconfig: kubeconfig({
            ...own,
            cluster: {
              ...own.cluster,
              server: `https://${SERVER}`,
              'tls-server-name': 'kubernetes.default.svc',
            },
          }),
          'context-delivery': 'stream',
          namespace: 'default',
          outputs,
        }),
        // The registry is excepted by its network; to it the proxy would not get.
        env: { HTTPS_PROXY: proxy.address, HTTP_PROXY: proxy.address, NO_PROXY: `${registry}/24` },
      })
      expect(found).toMatchObject({ outcome: 'built' })
      expect(main.output).not.toContain('Warning')
      expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${SERVER}`]))
      if (outputs !== '') expect(readFileSync(join(folder, 'image.tar')).length).toBeGreaterThan(0)
      await eventually('nothing of ours is left', 60, () => ours().length === 0)
    } finally {
      proxy.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)

  test('is not reached where the proxy lets nothing through, which is said in seconds', async () => {
    const own = ownKubeconfig()
    const proxy = await startProxy({ target: { host: '127.0.0.1', port: 1 } })
    proxy.refuseWith(407)
    try {
      const { main, outputs } = await runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', {
          kubeconfig: kubeconfig({ ...own, cluster: { ...own.cluster, server: `https://${SERVER}` } }),
        }),
        env: { HTTPS_PROXY: `http://ann:s3cret-word@${proxy.address}` },
      })
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'cluster-unreachable' })
      expect(main.output).toContain(`The proxy ${proxy.address} ($HTTPS_PROXY)`)
      expect(main.output).not.toMatch(/^(?!::add-mask::).*s3cret-word/m)
    } finally {
      proxy.close()
    }
  }, 60_000)
})
