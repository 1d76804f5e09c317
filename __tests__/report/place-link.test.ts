import { linesLink, placeLink } from '../../src/report/place-link.ts'

const REPOSITORY = { serverUrl: 'https://github.com', name: 'acme/shop', sha: '4f1a' }
const at = (path: string) => ({ path, firstLine: 2, lastLine: 3 })

describe('a place', () => {
  test.each(['Dockerfile', 'app/Dockerfile', '..Dockerfile', '.docker/Dockerfile'])(
    'in the workspace is linked to: %s',
    (path) => {
      const url = `https://github.com/acme/shop/blob/4f1a/${path}#L2-L3`
      expect(placeLink(at(path), REPOSITORY)).toBe(`[\`${path}:2-3\`](${url})`)
      expect(linesLink(at(path), REPOSITORY)).toContain(`](${url})`)
    },
  )

  test.each(['/home/me/Dockerfile', '../out/Dockerfile'])('outside of it is only told: %s', (path) => {
    expect(placeLink(at(path), REPOSITORY)).toBe(`\`${path}:2-3\``)
    expect(linesLink(at(path), REPOSITORY)).not.toContain('](')
  })
})
