import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import type { CertificateSource } from '../request/registry-certificates.ts'
import { inputFailure, type InputProblem } from '../request/read-request.ts'

/** What there is room for beside a context, in characters; far more than an authority's own certificates. */
const MOST = 100 * 1024

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates of registries' authorities as PEM, without what else stands
 * in their files. Throws an `ActionError` with all problems at once: Kaniko
 * passes over what it cannot read, and then does not know the authority.
 */
export async function readCertificates(
  sources: ReadonlyMap<string, CertificateSource>,
  workspace: string,
): Promise<ReadonlyMap<string, string>> {
  const read = await Promise.all([...sources].map((source) => readOne(source, workspace)))
  const problems = read.flatMap((one) => (typeof one === 'string' ? [one] : []))
  const pems = new Map(read.flatMap((one) => (typeof one === 'string' ? [] : [one])))
  const size = [...pems.values()].reduce((sum, pem) => sum + pem.length, 0)
  if (size > MOST)
    problems.push(
      `too much (${Math.ceil(size / 1024)} KiB); give the authority's own certificate, not all that the system trusts`,
    )
  if (problems.length > 0) throw new ActionError(inputFailure(problems.map(asProblem)))
  return pems
}

const asProblem = (problem: string): InputProblem => ({ input: 'registry-certificates', problem })

async function readOne(
  [registry, source]: readonly [string, CertificateSource],
  workspace: string,
): Promise<readonly [string, string] | string> {
  const where = source.kind === 'pem' ? 'the PEM' : JSON.stringify(source.path)
  const text = source.kind === 'pem' ? source.pem : await textOf(resolve(workspace, source.path))
  if (text === undefined)
    return `${registry}: the file ${where} cannot be read; its path is relative to the workspace`
  const found = text.match(CERTIFICATE) ?? []
  if (found.length === 0) return `${registry}: ${where} holds no certificate in PEM form`
  if (!found.every(isCertificate)) return `${registry}: ${where} holds something that is no certificate`
  return [registry, found.map((pem) => `${pem}\n`).join('')]
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}
