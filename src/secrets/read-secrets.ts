import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { EMPTY_SECRET, SECRET_INPUTS, type SecretSource } from '../request/build-secrets.ts'
import { inputFailure, type InputProblem } from '../request/read-request.ts'

/** What Kubernetes takes in one Secret, in bytes: 1 MiB. */
export const MAX_SECRET_BYTES = 1024 * 1024

/** Where secrets are looked for. */
export interface SecretPlaces {
  readonly workspace: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The values of secrets by their ids, byte for byte. Throws an `ActionError` with
 * all problems at once; they name files and variables, and show no value.
 */
export async function readSecrets(
  sources: ReadonlyMap<string, SecretSource>,
  places: SecretPlaces,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = await Promise.all([...sources].map(([id, source]) => readOne(id, source, places)))
  const problems = found.flatMap((one) => ('problem' in one ? [one] : []))
  const values = new Map(found.flatMap((one) => ('problem' in one ? [] : [[one.id, one.value] as const])))
  const size = [...values.values()].reduce((sum, value) => sum + value.byteLength, 0)
  const [largest] = [...values].sort(([, one], [, other]) => other.byteLength - one.byteLength)
  if (size > MAX_SECRET_BYTES && largest !== undefined) {
    const [id] = largest
    const problem = `all secrets together are too much: ${tooMuch(size)}; the largest is "${id}"`
    problems.push({ input: inputOf(sources.get(id)), problem })
  }
  if (problems.length > 0) throw new ActionError(inputFailure(problems))
  return values
}

interface FoundSecret {
  readonly id: string
  readonly value: Uint8Array
}

async function readOne(
  id: string,
  source: SecretSource,
  places: SecretPlaces,
): Promise<FoundSecret | InputProblem> {
  const found = await valueOf(source, places)
  return typeof found === 'string'
    ? { input: inputOf(source), problem: `"${id}": ${found}` }
    : { id, value: found }
}

/** The value, or what is wrong with it. */
async function valueOf(
  source: SecretSource,
  { workspace, environment }: SecretPlaces,
): Promise<Uint8Array | string> {
  switch (source.kind) {
    case 'text':
      return Buffer.from(source.text)
    case 'file':
    case 'key':
      return fileValue(source.path, workspace)
    case 'variable': {
      const value = environment[source.variable]
      if (value === undefined)
        return `the environment variable ${source.variable} is not set; \`env:\` of the step or the job sets it`
      return value === ''
        ? `the environment variable ${source.variable} is empty: ${EMPTY_SECRET}`
        : Buffer.from(value)
    }
  }
}

async function fileValue(path: string, workspace: string): Promise<Uint8Array | string> {
  const shown = JSON.stringify(path)
  const place = resolve(workspace, path)
  const file = await stat(place).catch(() => undefined)
  if (file?.isFile() === true && file.size > MAX_SECRET_BYTES)
    return `the file ${shown} is too large: ${tooMuch(file.size)}`
  const value = file?.isFile() === true ? await readFile(place).catch(() => undefined) : undefined
  if (value === undefined) return `the file ${shown} cannot be read; its path is relative to the workspace`
  return value.byteLength === 0 ? `the file ${shown} is empty: ${EMPTY_SECRET}` : value
}

const inputOf = (source: SecretSource | undefined): InputProblem['input'] =>
  SECRET_INPUTS[source?.kind ?? 'text']

const tooMuch = (bytes: number): string =>
  `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB, and Kubernetes takes ${(MAX_SECRET_BYTES / 1024).toLocaleString('en')} KiB in a Secret`
