import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'

import { isRecord } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'

/** Where Kubernetes mounts a pod's token and its cluster's certificate. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What of this machine decides which cluster is meant. Given as values: tests have none of their own. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string | undefined
  /** Relative paths begin here. */
  readonly workspace: string
  /** Directory of a pod's token: `SERVICE_ACCOUNT_DIRECTORY`. */
  readonly serviceAccount: string
}

/** One kubeconfig as text. */
export interface KubeconfigText {
  readonly text: string
  /** For messages: `the input "kubeconfig"`, `/home/me/.kube/config`. */
  readonly from: string
  /** Where relative paths in it begin. */
  readonly directory: string
}

export type KubeconfigSource =
  | { readonly kind: 'texts'; readonly texts: readonly KubeconfigText[] }
  | { readonly kind: 'in-cluster'; readonly server: string }

const INPUT = 'the input "kubeconfig"'

/** Finds the kubeconfig: the input, then `$KUBECONFIG`, `~/.kube/config`, the pod's own service account. */
export async function findKubeconfig(
  choice: string | undefined,
  machine: Machine,
): Promise<KubeconfigSource> {
  if (choice === undefined || choice.trim() === 'auto') return findDefault(machine)
  if (choice.trim() === '') {
    throw kubeconfigProblem(
      'The input "kubeconfig" is given but empty.',
      'Secrets are not given to workflows of pull requests from forks, nor to Dependabot.',
      'Otherwise the secret is misspelled or not set: compare its name under Settings, Secrets and variables.',
    )
  }
  return { kind: 'texts', texts: [await readInput(choice, machine)] }
}

async function readInput(choice: string, machine: Machine): Promise<KubeconfigText> {
  const value = choice.trim()
  const path =
    value.startsWith('~/') && machine.home !== undefined ? join(machine.home, value.slice(2)) : value
  const file = resolve(machine.workspace, path)
  if (!isContent(value)) {
    const text = value.length < 4096 ? await readIfThere(file) : undefined
    if (text !== undefined) return { text, from: path, directory: dirname(file) }
    const decoded = fromBase64(value)
    if (decoded !== undefined) return { text: decoded, from: INPUT, directory: machine.workspace }
    throw neither(value)
  }
  return { text: choice, from: INPUT, directory: machine.workspace }
}

function isContent(value: string): boolean {
  return (
    value.startsWith('{') ||
    /^(apiVersion|kind|clusters|contexts|users|current-context|preferences)\s*:/m.test(value)
  )
}

/** Wrapped lines are usual: `base64` breaks them at 76 characters. */
function fromBase64(value: string): string | undefined {
  const packed = value.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(packed)) return undefined
  const text = Buffer.from(packed, 'base64').toString('utf8')
  return isContent(text.trim()) ? text : undefined
}

/** Only what looks like a path is quoted: the value could be a secret that was put into the wrong place. */
function neither(value: string): Error {
  const path = /^(\.{0,2}|~)\/[\w./@+-]{1,200}$|^[\w.-]{1,60}\.(ya?ml|conf|config|json)$/.test(value)
  return path
    ? kubeconfigProblem(`There is no kubeconfig at ${value}.`, 'A relative path begins at the workspace.')
    : kubeconfigProblem(
        'The input "kubeconfig" is neither the content of a kubeconfig, nor base64 of one, nor the path of a file.',
        'Give the whole file (kubectl config view --raw --minify --flatten), base64 of it, or a path.',
      )
}

async function findDefault(machine: Machine): Promise<KubeconfigSource> {
  const named = (machine.environment['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '')
  if (named.length > 0) return { kind: 'texts', texts: await readNamed(named, machine) }
  const file = machine.home === undefined ? undefined : join(machine.home, '.kube', 'config')
  const text = file === undefined ? undefined : await readIfThere(file)
  if (file !== undefined && text !== undefined) {
    return { kind: 'texts', texts: [{ text, from: file, directory: dirname(file) }] }
  }
  return findInCluster(machine)
}

/** As kubectl: files that are missing are passed over, as long as one is there. */
async function readNamed(paths: readonly string[], machine: Machine): Promise<readonly KubeconfigText[]> {
  const read = await Promise.all(
    paths.map(async (path) => {
      const file = isAbsolute(path) ? path : resolve(machine.workspace, path)
      const text = await readIfThere(file)
      return text === undefined ? [] : [{ text, from: file, directory: dirname(file) }]
    }),
  )
  if (read.flat().length > 0) return read.flat()
  throw kubeconfigProblem(`$KUBECONFIG names ${paths.join(', ')}, and no such file exists.`)
}

async function findInCluster(machine: Machine): Promise<KubeconfigSource> {
  const host = machine.environment['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = machine.environment['KUBERNETES_SERVICE_PORT'] ?? '443'
  const token = host === '' ? undefined : await readIfThere(join(machine.serviceAccount, 'token'))
  if (token !== undefined) {
    return { kind: 'in-cluster', server: `https://${host.includes(':') ? `[${host}]` : host}:${port}` }
  }
  throw kubeconfigProblem(
    'There is no kubeconfig: no input "kubeconfig", no $KUBECONFIG, no ~/.kube/config, and this is not a pod with a token.',
    'Give the content of a kubeconfig as a secret: kubeconfig: ${{ secrets.KUBECONFIG }}',
  )
}

/** The file's text; undefined if there is no file. What is there but cannot be read is a problem to be told. */
async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = isRecord(error) ? String(error['code']) : ''
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(code)) return undefined
    throw kubeconfigProblem(
      `The kubeconfig at ${file} cannot be read: ${UNREADABLE[code] ?? code}.`,
      'Check what it is and who may read it (ls -ld).',
    )
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a directory',
}
