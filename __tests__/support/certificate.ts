import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for an address that vouches for itself, and its key, as PEM. */
export function selfSigned(address = '127.0.0.1'): { readonly cert: string; readonly key: string } {
  const directory = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=scripted', '-addext', `subjectAltName=IP:${address}`]
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
