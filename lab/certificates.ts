import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Addresses } from './addresses.ts'
import { run } from './command.ts'
import { makeFolders } from './places.ts'
import type { Lab } from './places.ts'

/** Paths of a certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

const DAYS = '3650'
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** The name that a key pair's files have in the lab's folder of certificates. */
export function keyPair(lab: Lab, name: string): KeyPair {
  return { certificate: join(lab.certificates, `${name}.crt`), key: join(lab.certificates, `${name}.key`) }
}

/** Certificate subjects of Kubernetes' clients; Kubernetes reads the user from CN and the groups from O. */
const clients: Readonly<Record<string, string>> = {
  admin: '/O=system:masters/CN=lab-admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  proxy: '/CN=system:kube-proxy',
}

/**
 * Makes all keys and certificates of an instance, once: they stay valid for ten years, and a kubeconfig that
 * somebody copied works again after the next start.
 */
export async function makeCertificates(lab: Lab, addresses: Addresses): Promise<void> {
  const complete = join(lab.certificates, `complete-${addresses.node}`)
  if (existsSync(complete)) return
  rmSync(lab.certificates, { recursive: true, force: true })
  makeFolders(lab)
  await authority(lab, 'cluster-authority')
  await authority(lab, 'registry-authority')
  const kubernetes = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost']
  const names = [...kubernetes, 'kubernetes.default.svc.cluster.local'].map((name) => `DNS:${name}`)
  const here = [`IP:${addresses.node}`, 'IP:127.0.0.1']
  const node = `/O=system:nodes/CN=system:node:${lab.name}`
  await Promise.all([
    issue(lab, 'cluster-authority', 'api-server', '/CN=kube-apiserver', [
      ...names,
      ...here,
      `IP:${addresses.kubernetesService}`,
    ]),
    issue(lab, 'cluster-authority', 'kubelet', node, [`DNS:${lab.name}`, ...here]),
    issue(lab, 'registry-authority', 'registry', '/CN=registry', here),
    ...Object.entries(clients).map(([name, subject]) => issue(lab, 'cluster-authority', name, subject, [])),
    // The key that signs service accounts' tokens; its certificate is never used.
    issue(lab, 'cluster-authority', 'service-accounts', '/CN=service-accounts', []),
  ])
  writeFileSync(complete, '')
}

async function authority(lab: Lab, name: string): Promise<void> {
  const { certificate, key } = keyPair(lab, name)
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,digitalSignature']
  const output = ['-keyout', key, '-out', certificate]
  await run([
    'openssl',
    'req',
    '-x509',
    ...NEW_KEY,
    ...output,
    '-days',
    DAYS,
    '-subj',
    `/CN=lab ${name}`,
    ...usage,
  ])
}

async function issue(
  lab: Lab,
  authorityName: string,
  name: string,
  subject: string,
  alternatives: readonly string[],
): Promise<void> {
  const signer = keyPair(lab, authorityName)
  const own = keyPair(lab, name)
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth,clientAuth',
    ...(alternatives.length > 0 ? [`subjectAltName=${alternatives.join(',')}`] : []),
  ]
  await run([
    ...['openssl', 'req', '-x509', ...NEW_KEY, '-keyout', own.key, '-out', own.certificate, '-days', DAYS],
    ...['-CA', signer.certificate, '-CAkey', signer.key, '-subj', subject],
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ])
}
