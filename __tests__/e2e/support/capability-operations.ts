/**
 * What Dockerfiles do that a Linux capability may be needed for. The base image is
 * a Debian without any further package: what it has no tool for, its perl does by
 * a system call (of Linux on x86-64).
 */

/** Something that a RUN does. */
export interface RunOperation {
  readonly about: string
  /** For a shell; makes what is needed, again and again. */
  readonly before?: string
  /** For a shell; succeeds only if it has been done. */
  readonly script: string
  /** That Dockerfiles do not do it ordinarily: a build needs an input for it. */
  readonly isUnusual?: true
}

/** Something that Kaniko does itself: where it cannot, the build fails. */
export interface KanikoOperation {
  readonly about: string
  /** Another image than Debian. */
  readonly from?: string
  /** A stage before, which the lines know as `one`. */
  readonly first?: readonly string[]
  /** A stage's, after FROM. The context has `file`, and `files.tar` with it. */
  readonly lines: readonly string[]
}

const SYS_SETXATTR = 188
const SYS_GETXATTR = 191

/** cap_net_bind_service=ep, as the kernel keeps it in the extended attribute. */
const FILE_CAPABILITY = `perl -e 'exit(0 == syscall(${SYS_SETXATTR}, my $f="/usr/local/bin/server", my $n="security.capability", my $v=pack("V5", 0x02000001, 1<<10, 0, 0, 0), 20, 0) ? 0 : 1)'`
/** A program that is the image's own. */
const SERVER = 'cp /bin/true /usr/local/bin/server'
const HAS_CAPABILITY = `perl -e 'exit(syscall(${SYS_GETXATTR}, my $f="/usr/local/bin/server", my $n="security.capability", my $b=" "x64, 64) > 0 ? 0 : 1)'`

/** A package whose script gives a directory to another user, as many do. */
const PACKAGE = [
  'dpkg --purge app 2>/dev/null; rm -rf /p /app.deb && mkdir -p /p/DEBIAN /p/opt/app/state',
  "printf 'Package: app\\nVersion: 1\\nArchitecture: all\\nMaintainer: a\\nDescription: a\\n' >/p/DEBIAN/control",
  "printf '#!/bin/sh\\nset -e\\nchown daemon:daemon /opt/app/state\\nchmod 2750 /opt/app/state\\n' >/p/DEBIAN/postinst",
  'chmod 755 /p/DEBIAN/postinst',
  'dpkg-deb --root-owner-group --build /p /app.deb >/dev/null',
].join(' && ')

/** An archive of one file that is user 1000's. */
const archive = (mode: string): string =>
  `rm -rf /in /out /in.tar && mkdir /in /out && touch /in/x && chmod ${mode} /in/x && tar -C / --owner=1000 --group=1000 -cf /in.tar in`

const others = (mode: string): string =>
  `rm -f /other && touch /other && chmod ${mode} /other && chown 1000:1000 /other`

export const RUN_OPERATIONS: readonly RunOperation[] = [
  {
    about: '`chown` of a file to another user',
    before: 'rm -f /a && touch /a',
    script: 'chown 1000:1000 /a',
  },
  { about: '`chmod` of a file of another user', before: others('600'), script: 'chmod 640 /other' },
  {
    about: '`chmod g+s` of a file of a group that root is not in',
    before: 'rm -f /b && touch /b && chgrp 1000 /b',
    script: 'chmod g+s /b && test -g /b',
  },
  {
    about: '`cp -p` and `install -o -g` of a file for another user',
    before: 'rm -f /c /d && touch /c && chown 1000:1000 /c',
    script: 'cp -p /c /d && install -o 1000 -g 1000 /c /d && test "$(stat -c %u /d)" = 1000',
  },
  {
    about: 'writing to a file that only another user may write to',
    before: others('600'),
    script: 'echo x >>/other',
  },
  {
    about: 'removing a file of another user from another user’s `/tmp`',
    before: 'rm -rf /t && mkdir -m 1777 /t && touch /t/x && chown 1000 /t /t/x',
    script: 'rm /t/x',
  },
  { about: '`su` to another user', script: 'su -s /bin/sh nobody -c true' },
  {
    about: '`gosu`, `su-exec`, `setpriv` to another user and group',
    script: 'setpriv --reuid=1000 --regid=1000 --clear-groups true',
  },
  {
    about: '`useradd` with a home',
    before: 'userdel -r ann >/dev/null 2>&1 || true',
    script: 'useradd --create-home --uid 1234 ann && test "$(stat -c %u /home/ann)" = 1234',
  },
  {
    about: '`adduser --system`',
    before: 'deluser --system bob >/dev/null 2>&1; rm -rf /srv/bob',
    script: 'adduser --system --group --home /srv/bob bob >/dev/null',
  },
  { about: '`chpasswd`', script: "echo 'daemon:x' | chpasswd" },
  {
    about: '`dpkg -i` of a package whose script changes owners',
    before: PACKAGE,
    script: 'dpkg -i /app.deb >/dev/null',
  },
  {
    about: '`apt-get install` of the same package',
    before: PACKAGE,
    script: 'apt-get -y install /app.deb >/dev/null',
  },
  {
    about: '`apt-get update`, which fetches as the user `_apt`',
    before:
      'rm -rf /r /var/lib/apt/lists/* && mkdir /r && touch /r/Packages && echo "deb [trusted=yes] file:/r ./" >/etc/apt/sources.list.d/r.list',
    script: 'apt-get update -o APT::Update::Error-Mode=any >/dev/null',
  },
  {
    about: '`tar x` of files of other users',
    before: archive('644'),
    script: 'tar -xpf /in.tar -C /out && test "$(stat -c %u /out/in/x)" = 1000',
  },
  {
    about: '`tar x` of a file of another user with the setuid bit',
    before: archive('4755'),
    script: 'tar -xpf /in.tar -C /out && test -u /out/in/x',
  },
  {
    about: 'ending a process of another user',
    before: 'setpriv --reuid=1000 --regid=1000 --clear-groups sleep 60 & echo $! >/pid',
    script: 'kill "$(cat /pid)"',
  },
  { about: '`chroot`', script: 'chroot / true' },
  { about: '`mknod` of a device', isUnusual: true, before: 'rm -f /e', script: 'mknod /e c 1 3' },
  { about: '`mkfifo`', before: 'rm -f /f', script: 'mkfifo /f' },
  { about: '`setcap` (a file gets a capability)', before: SERVER, script: FILE_CAPABILITY },
  {
    about: 'listening on port 80',
    script: `perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(LocalPort=>80,Listen=>1) ? 0 : 1)'`,
  },
  {
    about: '`capsh --drop`, `setpriv --bounding-set`',
    isUnusual: true,
    script: `setpriv --bounding-set=-chown sh -c 'case $(grep CapBnd /proc/self/status) in *[02468ace]) ;; *) exit 1; esac'`,
  },
  {
    about: 'a message to the kernel’s audit log',
    isUnusual: true,
    script: `perl -MSocket -e 'socket(my $s, 16, SOCK_RAW, 9) or exit 1; my $m=pack("LSSLLa4", 20, 1107, 5, 1, 0, "hi\\0\\0"); send($s, $m, 0, pack("SSLL", 16, 0, 0, 0)) or exit 1; recv($s, my $a, 8192, 0); my (undef,$t,undef,undef,undef,$e)=unpack("LSSLLl",$a); exit($t == 2 && $e == 0 ? 0 : 1)'`,
  },
]

/** The image of most operations. */
const DEBIAN = 'debian:12'

/** The same, with a program that has a capability. */
export const PREPARED = 'prepared.invalid/image'

/** How that is made; who builds from it puts its name in the place of PREPARED. */
export const PREPARED_LINES: readonly string[] = [`FROM ${DEBIAN}`, `RUN ${SERVER} && ${FILE_CAPABILITY}`]

/** What only its owner may look at. */
const PRIVATE = 'RUN umask 077 && mkdir -p /home/d/e && echo x >/home/d/e/secret'

export const KANIKO_OPERATIONS: readonly KanikoOperation[] = [
  { about: '`FROM scratch` and `COPY`', from: 'scratch', lines: ['COPY file /file'] },
  { about: '`FROM busybox`, whose files are all root’s', from: 'busybox', lines: ['RUN true'] },
  {
    about: '`FROM debian`, which has files of other groups, some with the setuid bit',
    from: DEBIAN,
    lines: ['RUN test -u /usr/bin/passwd && test -g /usr/bin/chage'],
  },
  {
    about: '`FROM` an image with a program that has a capability',
    from: PREPARED,
    lines: [`RUN ${HAS_CAPABILITY}`],
  },
  { about: '`COPY`', lines: ['COPY file /copied', 'RUN test -f /copied'] },
  {
    about: '`COPY --chown`',
    lines: ['COPY --chown=1000:1000 file /owned', 'RUN test "$(stat -c %u /owned)" = 1000'],
  },
  {
    about: '`COPY --chmod` with the setuid bit',
    lines: ['COPY --chmod=4755 file /setuid', 'RUN test -u /setuid'],
  },
  {
    about: '`COPY --chown --chmod` with the setgid bit',
    lines: ['COPY --chown=1000:1000 --chmod=2755 file /setgid', 'RUN test -g /setgid'],
  },
  {
    about: '`ADD` of a tar file with other users’ files',
    lines: ['ADD files.tar /added/', 'RUN test "$(stat -c %u /added/file)" = 1000'],
  },
  { about: '`USER` and `RUN` as that user', lines: ['USER 1000:1000', 'RUN test "$(id -u)" = 1000'] },
  {
    about: '`USER` with further groups, and `RUN`',
    lines: ['RUN usermod -aG games daemon', 'USER daemon', 'RUN id -G | grep -qw 60'],
  },
  {
    about: '`USER`, `WORKDIR` and `COPY --chown` into it',
    lines: [
      'USER 1000:1000',
      'WORKDIR /work',
      'COPY --chown=1000:1000 file .',
      'RUN test "$(stat -c %u file)" = 1000',
    ],
  },
  { about: '`VOLUME`', lines: ['COPY file /data/file', 'VOLUME /data', 'RUN test -f /data/file'] },
  {
    about: 'a layer with a file that only another user may read',
    lines: ['RUN mkdir -m 777 /home/d', 'USER 1000:1000', PRIVATE],
  },
  {
    about: '`COPY --from` of another user’s private files',
    first: ['RUN mkdir -m 777 /home/d', 'USER 1000:1000', PRIVATE],
    lines: ['COPY --from=one /home/d /private', 'RUN test "$(stat -c %u /private/e/secret)" = 1000'],
  },
]

/** The Dockerfile of one operation. */
export function dockerfileOf({ from = DEBIAN, first, lines }: KanikoOperation): readonly string[] {
  return [...(first === undefined ? [] : [`FROM ${from} AS one`, ...first]), `FROM ${from}`, ...lines]
}

/** One that does all of them: where it can be built, so can each. */
export function dockerfileOfAll(): readonly string[] {
  const first = KANIKO_OPERATIONS.flatMap((one) => one.first ?? [])
  const lines = KANIKO_OPERATIONS.filter(({ from }) => from !== 'scratch' && from !== 'busybox')
  return dockerfileOf({
    about: 'all',
    from: PREPARED,
    first,
    lines: lines.flatMap((one) => [...one.lines, 'USER 0:0', 'WORKDIR /']),
  })
}
