import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { selfSigned } from '../../support/certificate.ts'

/** An admission webhook that refuses whatever it is asked. */
export interface Webhook {
  /** The `clientConfig` by which an API server finds and trusts it. */
  readonly clientConfig: object
  close(): void
}

/** Answers at that address of this machine; `message` is why it refuses. */
export async function refusingWebhook(address: string, message: string): Promise<Webhook> {
  const { cert, key } = selfSigned(address)
  const server = createServer({ cert, key }, (request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      // What the API server asks, by its schema admission.k8s.io/v1.
      const { request: asked } = JSON.parse(body) as { readonly request: { readonly uid: string } }
      const answer = { uid: asked.uid, allowed: false, status: { message } }
      response.setHeader('Content-Type', 'application/json')
      response.end(
        JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
      )
    })()
  })
  server.listen(0, address)
  await once(server, 'listening')
  // A server that listens on a port has one.
  const { port } = server.address() as AddressInfo
  return {
    clientConfig: { url: `https://${address}:${port}/`, caBundle: Buffer.from(cert).toString('base64') },
    close: () => server.close(),
  }
}
