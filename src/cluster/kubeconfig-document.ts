import { resolve } from 'node:path'

import { load } from 'js-yaml'

import { isRecord } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import type { KubeconfigText } from './kubeconfig-source.ts'

type Fields = Readonly<Record<string, unknown>>

/** A named entry of `clusters`, `users` or `contexts`. */
export interface Named {
  readonly name: string
  readonly fields: Fields
}

/** One or several kubeconfigs as one, paths made absolute. */
export interface KubeconfigDocument {
  readonly from: string
  readonly clusters: readonly Named[]
  readonly users: readonly Named[]
  readonly contexts: readonly Named[]
  readonly currentContext: string | undefined
}

/** The one context that is used, with what it names. */
export interface ChosenContext {
  readonly context: string
  readonly namespace: string | undefined
  readonly cluster: Named
  readonly user: Named
}

/** Parses and merges as kubectl does: the first file that says something is right. */
export function parseKubeconfigs(texts: readonly KubeconfigText[]): KubeconfigDocument {
  return texts.map(parseOne).reduce((first, next) => ({
    from: `${first.from}, ${next.from}`,
    clusters: firstOfEachName(first.clusters, next.clusters),
    users: firstOfEachName(first.users, next.users),
    contexts: firstOfEachName(first.contexts, next.contexts),
    currentContext: first.currentContext ?? next.currentContext,
  }))
}

/** Follows `wanted`, or the current context, to its cluster and user. */
export function chooseContext(document: KubeconfigDocument, wanted: string | undefined): ChosenContext {
  const name = wanted ?? document.currentContext
  const known = document.contexts.map((context) => `"${context.name}"`).join(', ')
  if (name === undefined) {
    throw kubeconfigProblem(
      `The kubeconfig (${document.from}) names no current context.`,
      known === '' ? 'It has no contexts at all.' : `Choose one with \`kube-context\`: ${known}.`,
    )
  }
  const context = document.contexts.find((candidate) => candidate.name === name)
  if (context === undefined) {
    throw kubeconfigProblem(
      `The kubeconfig (${document.from}) has no context "${name}".`,
      known === '' ? 'It has no contexts at all.' : `It has: ${known}.`,
    )
  }
  return {
    context: name,
    namespace: text(context.fields['namespace']),
    cluster: cluster(document, context),
    user: user(document, context),
  }
}

function cluster(document: KubeconfigDocument, context: Named): Named {
  const found = referred(document, context, 'cluster', document.clusters)
  const server = text(found.fields['server'])
  if (server === undefined || !/^https?:$/.test(protocol(server))) {
    throw kubeconfigProblem(
      `The cluster "${found.name}" in the kubeconfig has no usable \`server\`: an https:// address is needed.`,
    )
  }
  if (protocol(server) === 'http:' && found.fields['insecure-skip-tls-verify'] !== true) {
    throw kubeconfigProblem(
      `The cluster "${found.name}" in the kubeconfig is reached by plain http, which shows credentials to everyone on the way.`,
      'Use its https:// address; if plain http is meant, say `insecure-skip-tls-verify: true` there.',
    )
  }
  return found
}

function user(document: KubeconfigDocument, context: Named): Named {
  return referred(document, context, 'user', document.users)
}

function referred(
  document: KubeconfigDocument,
  context: Named,
  kind: 'cluster' | 'user',
  entries: readonly Named[],
): Named {
  const name = text(context.fields[kind])
  if (name === undefined) {
    throw kubeconfigProblem(
      `The context "${context.name}" in the kubeconfig (${document.from}) names no ${kind}.`,
    )
  }
  const found = entries.find((entry) => entry.name === name)
  if (found !== undefined) return found
  throw kubeconfigProblem(
    `The context "${context.name}" in the kubeconfig (${document.from}) names the ${kind} "${name}", which it does not hold.`,
    'kubectl config view --raw --minify --flatten prints one context with all that belongs to it.',
  )
}

function parseOne({ text: yaml, from, directory }: KubeconfigText): KubeconfigDocument {
  const value = loadYaml(yaml, from)
  if (!isRecord(value) || !('clusters' in value || 'contexts' in value || 'users' in value)) {
    throw kubeconfigProblem(
      `What is in ${from} is no kubeconfig: it has neither clusters nor contexts nor users.`,
      'Give the whole file (kubectl config view --raw --minify --flatten), base64 of it, or a path.',
    )
  }
  const absolute = (fields: Fields): Fields => withAbsolutePaths(fields, directory)
  return {
    from,
    clusters: named(value['clusters'], 'cluster', absolute),
    users: named(value['users'], 'user', absolute),
    contexts: named(value['contexts'], 'context', (fields) => fields),
    currentContext: text(value['current-context']),
  }
}

function loadYaml(yaml: string, from: string): unknown {
  try {
    return load(yaml)
  } catch (error) {
    // js-yaml's own message quotes the lines around: they may hold a token.
    const line = isRecord(error) && isRecord(error['mark']) ? error['mark']['line'] : undefined
    const where = typeof line === 'number' ? ` (line ${line + 1})` : ''
    throw kubeconfigProblem(
      `What is in ${from} is not YAML${where}.`,
      'Give the whole file as it is; in a workflow a value of several lines needs `|`, and indentation must be kept.',
    )
  }
}

function named(list: unknown, kind: string, change: (fields: Fields) => Fields): readonly Named[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    const name = isRecord(entry) ? text(entry['name']) : undefined
    const fields = isRecord(entry) ? entry[kind] : undefined
    return name === undefined ? [] : [{ name, fields: change(isRecord(fields) ? fields : {}) }]
  })
}

const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile', 'token-file']

function withAbsolutePaths(fields: Fields, directory: string): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) =>
      PATHS.includes(key) && typeof value === 'string' && value !== ''
        ? [key, resolve(directory, value)]
        : [key, value],
    ),
  )
}

function firstOfEachName(first: readonly Named[], next: readonly Named[]): readonly Named[] {
  return [...first, ...next.filter((entry) => !first.some(({ name }) => name === entry.name))]
}

function protocol(server: string): string {
  return URL.canParse(server) ? new URL(server).protocol : ''
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
