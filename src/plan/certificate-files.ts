import type { Places } from './places.ts'

/** The certificates of a registry's authority, as a file in the container. */
export interface CertificateFile {
  /** host[:port]; Docker Hub is `docker.io`. */
  readonly registry: string
  readonly pem: string
  /** A key of the ConfigMap. */
  readonly file: string
  /** Absolute, in the container. */
  readonly path: string
}

/** A file for each registry, numbered: a registry's name has characters that a ConfigMap's key must not have. */
export function certificateFiles(
  pems: ReadonlyMap<string, string>,
  { certificates }: Places,
): readonly CertificateFile[] {
  return [...pems].map(([registry, pem], at) => {
    const file = `authority-${at + 1}.pem`
    return { registry, pem, file, path: `${certificates}/${file}` }
  })
}
