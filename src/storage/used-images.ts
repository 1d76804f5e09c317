import type { KubernetesObject } from '../kubernetes/objects.ts'

/**
 * Which images of the registry the objects name, wherever in them: `repository:tag`, and the
 * digest alone, which stands for the image under any name. `hosts`: the registry's names.
 */
export function imagesIn(objects: readonly KubernetesObject[], hosts: readonly string[]): readonly string[] {
  const found: string[] = []
  const look = (value: unknown, key: string): void => {
    if (typeof value === 'string' && (key === 'image' || key === 'imageID'))
      found.push(...namesOf(value, hosts))
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) look(inner, name)
  }
  for (const object of objects) look(object, '')
  return [...new Set(found)]
}

const DIGEST = /@(sha256:[0-9a-f]{64})$/

function namesOf(image: string, hosts: readonly string[]): readonly string[] {
  const host = hosts.find((one) => image.startsWith(`${one}/`))
  if (host === undefined) return []
  const name = image.slice(host.length + 1)
  const [, digest] = DIGEST.exec(name) ?? []
  const tagged = name.replace(DIGEST, '')
  const tag = tagged.includes(':') ? tagged : `${tagged}:latest`
  return digest === undefined ? [tag] : [digest]
}
