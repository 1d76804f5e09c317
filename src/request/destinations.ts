import {
  DOCKER_HUB,
  type ImageReference,
  parseImageReference,
  printImageReference,
} from './image-reference.ts'
import { listWithCommas } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

/** Reads references to push to; each once, with its tag. */
export function parseDestinations(text: string): Parsed<readonly ImageReference[]> {
  const all = gathered(listWithCommas(text).map(parseDestination))
  if (all.kind === 'problems') return all
  return parsed([...new Map(all.value.map((one) => [printImageReference(one), one])).values()])
}

/** What is probably not meant by a destination. */
export function destinationNotices(destinations: readonly ImageReference[]): readonly string[] {
  return destinations.flatMap((destination) => {
    const name = printImageReference(destination)
    if (destination.registry === DOCKER_HUB && destination.repository.startsWith('library/')) {
      return [
        `${name} names no registry and no account: it goes to docker.io/library, where only Docker's own images are.`,
      ]
    }
    if (/^(?:localhost|127\.|\[::1\])/.test(destination.registry)) {
      return [
        `${name}: ${destination.registry} is the build's own pod, not this machine. Use an address that pods can reach.`,
      ]
    }
    return []
  })
}

function parseDestination(text: string): Parsed<ImageReference> {
  const reference = parseImageReference(text)
  if (reference.kind === 'problems') return reference
  const { digest, tag, ...place } = reference.value
  if (digest !== undefined) {
    return refused('a digest cannot be pushed to, it follows from the build; name a tag', text)
  }
  // The library that Kaniko reads references with wants two.
  if (place.repository.length < 2) {
    return refused('a repository name has at least two characters for Kaniko', text)
  }
  return parsed({ ...place, tag: tag ?? 'latest' })
}
