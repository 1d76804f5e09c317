import { stringify } from 'yaml'

import { INPUT_NAMES } from '../request/inputs.generated.ts'
import type { InputName } from '../request/inputs.generated.ts'

/** The action, as workflows name it. */
export const ACTION = 'OWNER/hybrid-kubernetes-build@v1'

/** The secret that workflows take the kubeconfig from. */
export const KUBECONFIG_SECRET = 'KUBECONFIG'

/** Who signs in where, as YAML texts. */
export interface Login {
  readonly registry: string
  readonly username: string
  readonly password: string
}

/** Inputs that a step has in addition to those of the build. */
export const KUBECONFIG_LINE = `kubeconfig: \${{ secrets.${KUBECONFIG_SECRET} }}`

/** `with:` and its inputs, in the order of action.yml, `indent` columns in. */
export function withText(inputs: ReadonlyMap<InputName, string>, indent: number): string {
  const inner = ' '.repeat(indent + 2)
  const lines = INPUT_NAMES.flatMap((name) => {
    const value = inputs.get(name)
    return value === undefined ? [] : [inputText(name, value, indent + 2)]
  })
  return ['with:', KUBECONFIG_LINE, ...lines].join(`\n${inner}`)
}

/** `name: value`, a text of several lines as a block. */
export function inputText(name: string, value: string, indent: number): string {
  if (!value.includes('\n')) return `${name}: ${scalarText(value)}`
  const inner = `\n${' '.repeat(indent + 2)}`
  return `${name}: |${value
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '\n' : inner + line))
    .join('')}`
}

/** A text as YAML on one line, in quotes only where it needs them. */
export function scalarText(value: string): string {
  if (value === 'true' || value === 'false') return value
  return stringify(value, { lineWidth: 0 }).trimEnd()
}

/** The value of `registries`. */
export function registriesText(logins: readonly Login[]): string {
  return logins
    .flatMap(({ registry, username, password }) => [
      `- registry: ${plain(registry)}`,
      `  username: ${plain(username)}`,
      `  password: ${secretText(password)}`,
    ])
    .join('\n')
}

const plain = (value: string): string => (/^[\w.@:/-]+$|\$\{\{/.test(value) ? value : JSON.stringify(value))

/** A password may have any characters: but for GitHub's own tokens, `toJSON` puts it in quotes. */
function secretText(value: string): string {
  const [, inside] = /^\$\{\{\s*(.*?)\s*\}\}$/.exec(value) ?? []
  if (inside === undefined) return JSON.stringify(value)
  return isOwnToken(value) ? value : `\${{ toJSON(${inside}) }}`
}

/** Whether it is the token of the run, which every run has. */
export function isOwnToken(value: string): boolean {
  return /^\$\{\{\s*(secrets\.GITHUB_TOKEN|github\.token)\s*\}\}$/.test(value)
}
