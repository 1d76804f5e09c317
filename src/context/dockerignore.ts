import { ignorePatterns } from './ignore-file.ts'
import { ignorePattern } from './ignore-pattern.ts'

/** What an ignore file says about one path, and what its children need to know of it. */
export interface Verdict {
  readonly ignored: boolean
  /** Which patterns matched the path or a directory above it, in the order of the file. */
  readonly matched: readonly boolean[]
}

/** An ignore file, asked from the root of the context downwards. */
export interface DockerIgnore {
  /** `path` is relative, with slashes; `parent` is its directory's verdict, if that is not the root. Throws PatternError. */
  readonly judge: (path: string, parent: Verdict | undefined) => Verdict
  /** Whether a `!` line could keep something below an ignored directory. */
  readonly mayKeepBelow: (directory: string) => boolean
}

/**
 * Matches as BuildKit's moby/patternmatcher v0.6.1 does, so that a context has
 * the files here that `docker build` would give it. Throws PatternError.
 *
 * Ours and not a library, because the one there is for JavaScript decides
 * differently: it ignores case, reads `( ) + { } ^ |` as an expression's, and
 * throws on `+x`. A file too many can be a secret in an image, a file too few
 * is a broken one.
 */
export function dockerIgnore(text: string): DockerIgnore {
  const patterns = ignorePatterns(text).map(ignorePattern)
  const exceptions = patterns.filter((pattern) => pattern.isException)
  return {
    judge(path, parent) {
      let ignored = false
      const matched: boolean[] = []
      for (const [index, pattern] of patterns.entries()) {
        const inherited = parent?.matched[index] ?? false
        // A pattern that could not change the verdict is not evaluated, and then not inherited: children see the same.
        const matches = inherited || (pattern.isException === ignored && pattern.matches(path))
        matched.push(matches)
        if (matches) ignored = !pattern.isException
      }
      return { ignored, matched }
    },
    mayKeepBelow(directory) {
      const parts = directory.split('/')
      return exceptions.some(({ literalDirectories }) =>
        literalDirectories.every((part, index) => index >= parts.length || part === parts[index]),
      )
    },
  }
}
