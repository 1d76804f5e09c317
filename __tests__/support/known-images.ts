import type { KnownImages } from '../../src/registry/known-images.ts'

/** Registries that nobody is to ask. */
export const NO_IMAGES: KnownImages = {
  find: () => Promise.reject(new Error('not asked in these tests')),
  tag: () => Promise.reject(new Error('not asked in these tests')),
}
