const NAMES = 'images are named in `tags`; leave it out'
const COMPRESSION = 'how layers are compressed is the input `compression`'

/** Attributes of buildx's outputs that say something else than where the image goes: what to use instead. */
const REFUSED: Readonly<Record<string, string>> = {
  'push-by-digest':
    'Kaniko pushes under tags alone: push under a tag for each platform, and join them with docker buildx imagetools create',
  'name-canonical': 'belongs to push-by-digest, which Kaniko does not have; leave it out',
  'dangling-name-prefix': NAMES,
  'rewrite-timestamp': 'times in the image are fixed by the input `reproducible`',
  'force-compression': COMPRESSION,
  compression: COMPRESSION,
  'compression-level': 'how hard layers are compressed is the input `compression-level`',
  'oci-mediatypes': 'the format of the manifest is the input `image-format`',
  'oci-artifact': 'the format of the manifest is the input `image-format`',
  'registry.insecure': 'registries without TLS are named in the input `insecure-registries`',
  store: 'there is no image store where Kaniko builds; leave it out',
  unpack: 'there is no image store where Kaniko builds; leave it out',
  context: 'no Docker on the runner is asked; write the file, and run docker load in a later step',
  dest: 'an image that is pushed is no file; write type=docker,dest=… on a line of its own',
  push: 'whether the image is pushed is the input `push`',
}

/** Why an attribute is not taken, and what to do; `name` in lower case. */
export function refusalOf(name: string): string {
  if (/^(?:annotation|annotation-[a-z-]+|annotation\[.*\])(?:[.[].*)?$/.test(name)) {
    return 'annotations of the image are the input `annotations`'
  }
  return (Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined) ?? 'not known here; leave it out'
}
