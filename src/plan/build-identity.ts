import type { BuildIdentity } from './build-plan.ts'

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const RANDOM_LENGTH = 5
const TOKEN_BYTES = 16
/** The largest multiple of 36 that a byte can reach: bytes from there on would favour the first characters. */
const FAIR = 256 - (256 % CHARACTERS.length)

/** Draws a build's identity. `random(n)` gives n bytes of a cryptographic generator. */
export function drawIdentity(random: (bytes: number) => Uint8Array): BuildIdentity {
  return { random: drawCharacters(random), ownerToken: hexadecimal(random(TOKEN_BYTES)) }
}

function drawCharacters(random: (bytes: number) => Uint8Array): string {
  let text = ''
  while (text.length < RANDOM_LENGTH) {
    for (const byte of random(RANDOM_LENGTH)) {
      if (byte < FAIR && text.length < RANDOM_LENGTH) text += CHARACTERS.charAt(byte % CHARACTERS.length)
    }
  }
  return text
}

const hexadecimal = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
