import type { InputReader } from './input-reader.ts'
import type { ImageReference } from './image-reference.ts'
import type { TemplateRequest } from './template-request.ts'

/** What `load` of a builder in the cluster needs of the other inputs. */
export interface AroundLoad {
  readonly tags: readonly ImageReference[]
  readonly allowPrivileged: boolean
  readonly template: TemplateRequest | undefined
}

/** Reports what keeps an image from being loaded into the node that builds it. */
export function readLoad(reader: InputReader, { tags, allowPrivileged, template }: AroundLoad): void {
  const report = (problem: string): void => reader.report({ input: 'load', value: 'true', problem })
  if (template !== undefined)
    report('is done by the action after the build, and a template ends with that; leave it out')
  if (tags.length === 0)
    report('needs a name for the image on the node; give one in `tags`, also with push: false')
  if (!allowPrivileged) report(NOT_ALLOWED)
}

const NOT_ALLOWED =
  'needs allow-privileged: true as well: a pod of the build gives the image to the node’s container runtime, which only those may do that may own the node. Without it, push the image, or bring it over with outputs: type=docker,dest=image.tar'
