// Archives, compression and conversion of media.

import type { CommandRule, RuleTable } from './rule.ts'

const CHANGES: CommandRule = { effect: 'change', stage: 'implementation' }

export const ARCHIVE_COMMANDS: RuleTable = [
  ['tar bsdtar', { ...CHANGES, reader: 'archive' }],
  ['unzip', { ...CHANGES, operands: 'read', valued: '-d -P -x', explores: '-l -v -p -t -Z -z' }],
  ['zip', { ...CHANGES, operands: 'written', explores: '-T -sf' }],
  ['zipinfo lsar zipgrep', { effect: 'explore', stage: 'inspection', operands: 'read' }],
  [
    '7z 7za 7zr 7zz p7zip unrar rar unar',
    {
      ...CHANGES,
      valued: '-o -p',
      subcommands: {
        l: { effect: 'explore', stage: 'inspection' },
        t: { effect: 'explore', stage: 'inspection' },
        lt: { effect: 'explore', stage: 'inspection' },
        i: { effect: 'explore', stage: 'inspection' }
      }
    }
  ],
  [
    'gzip gunzip bzip2 bunzip2 xz unxz lzma unlzma zstd unzstd lz4 compress uncompress pigz brotli lzip',
    { ...CHANGES, operands: 'written', explores: '-l --list -t --test -c --stdout --to-stdout' }
  ],
  ['cpio pax', { ...CHANGES, explores: '-t --list --to-stdout' }],
  [
    'ffmpeg avconv sox convert magick mogrify composite montage gm rsvg-convert inkscape cwebp dwebp optipng gs qpdf pdftk',
    { ...CHANGES, wordOptions: true, reads: '-i', operands: 'last-written' }
  ],
  ['ffprobe identify soxi', { effect: 'explore', stage: 'inspection', wordOptions: true }],
  ['base64 base32', { effect: 'explore', stage: 'inspection', operands: 'read' }],
  [
    'openssl',
    {
      effect: 'explore',
      stage: 'inspection',
      wordOptions: true,
      writes: '-out -keyout',
      subcommands: {}
    }
  ],
  [
    'ssh-keygen gpg gpg2 age certbot htpasswd keytool',
    { effect: 'change', stage: 'environment', explores: '-l --list-keys --verify -K -lf -F' }
  ],
  [
    'qemu-img',
    {
      ...CHANGES,
      subcommands: {
        info: { effect: 'explore', stage: 'inspection' },
        check: { effect: 'explore', stage: 'inspection' },
        map: { effect: 'explore', stage: 'inspection' }
      }
    }
  ],
  ['genisoimage mkisofs xorriso mksquashfs unsquashfs', CHANGES]
]
