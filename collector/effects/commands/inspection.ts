// Commands that read files, text and binaries.

import type { CommandRule, RuleTable } from './rule.ts'

const READS: CommandRule = { effect: 'explore', stage: 'inspection', operands: 'read' }
const TELLS: CommandRule = { effect: 'explore', stage: 'inspection' }

export const INSPECTION_COMMANDS: RuleTable = [
  [
    'cat bat batcat tac nl less more most pg zcat bzcat xzcat zless zmore lz4cat zstdcat gzcat',
    READS
  ],
  ['head tail', { ...READS, valued: '-n -c --lines --bytes -s --pid' }],
  [
    'wc cksum sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum md5 shasum crc32',
    READS
  ],
  [
    'cmp diff diff3 sdiff colordiff comm join paste vimdiff',
    { ...READS, valued: '-n -U -C -t -d -1 -2' }
  ],
  ['file stat exiftool mediainfo', { ...READS, valued: '-c -f --format --printf' }],
  ['readlink realpath basename dirname namei pathchk getfattr getfacl lsattr', TELLS],
  ['ls dir vdir tree exa eza ll la du df lsblk', { ...TELLS, valued: '-I -L -P -d' }],
  ['find fd fdfind', { ...TELLS, wordOptions: true, reader: 'find' }],
  ['locate mlocate plocate updatedb', TELLS],
  [
    'grep egrep fgrep zgrep bzgrep xzgrep pcregrep rg ag ack',
    {
      ...TELLS,
      operands: 'pattern-then-read',
      valued:
        '-A -B -C -m -e -f -d -D -g -t -T --include --exclude --exclude-dir --max-count --color --type --glob',
      reads: '-f --file'
    }
  ],
  ['strings', { ...READS, valued: '-n -t -e -T --encoding --radix --bytes' }],
  ['xxd', { ...READS, valued: '-l -s -c -g -o', changes: '-r' }],
  ['od hexdump hd hexyl', { ...READS, valued: '-A -j -N -t -w -n -s -e -f -v' }],
  [
    'objdump readelf nm size ldd elfdump otool lipo c++filt addr2line dwarfdump pahole',
    { ...READS, valued: '-M -j -e --start-address --stop-address' }
  ],
  ['binwalk', { ...READS, changes: '-e --extract -M -Me' }],
  [
    'cut tr fold fmt expand unexpand rev column look tsort seq shuf numfmt pr',
    { ...READS, valued: '-d -f -c -b -t -w -s -n -i' }
  ],
  ['sort', { ...READS, valued: '-k -t -S -T --key --field-separator', writes: '-o --output' }],
  ['uniq', { ...READS, valued: '-f -s -w' }],
  [
    'jq gojq xmllint xmlstarlet xq',
    {
      ...TELLS,
      operands: 'pattern-then-read',
      valued: '--arg --argjson --slurpfile --rawfile --xpath --schema'
    }
  ],
  ['yq', { ...TELLS, operands: 'pattern-then-read', changes: '-i --inplace --in-place' }],
  ['csvcut csvgrep csvlook csvstat csvsql mlr xsv qsv', READS],
  [
    'awk gawk mawk nawk',
    {
      ...TELLS,
      operands: 'pattern-then-read',
      valued: '-F -v -f',
      reads: '-f',
      reader: 'edit-stream'
    }
  ],
  [
    'pdftotext pdftoppm pdftohtml',
    {
      effect: 'change',
      stage: 'inspection',
      operands: 'read-then-written',
      valued: '-f -l -r -x -y -W -H'
    }
  ],
  ['pdfinfo pdffonts pdfimages pdfgrep', READS],
  [
    'strace ltrace perf gdb lldb valgrind rr uftrace bpftrace dtrace gprof gcov pstack',
    {
      effect: 'explore',
      stage: 'inspection',
      valued: '-e -o -p -s -x -ex --tool --args',
      wordOptions: true
    }
  ],
  ['debugfs wasm2wat wasm-objdump wasm-interp wasm-validate dumpe2fs tune2fs blkid', TELLS],
  ['radare2 r2 rabin2 rizin ghidra retdec jadx apktool javap uncompyle6 decompyle3 pycdc', TELLS],
  [
    'tshark tcpdump capinfos',
    { ...TELLS, valued: '-r -i -c -Y -T -e -f -s', writes: '-w', reads: '-r' }
  ],
  ['cloc tokei scc wdiff delta', READS],
  ['ctags etags cscope', { effect: 'change', stage: 'inspection', writes: '-f -o' }],
  ['img2txt jp2a catimg chafa tesseract zbarimg', { ...READS }],
  ['man info apropos whatis tldr help', TELLS]
]
