// A disk that takes its time: a library of one page of C that is put before libc's fsync and fdatasync and waits
// as many milliseconds as a file has bytes. Compiled here, because it is nothing that anybody would install.

import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SlowDisk {
  /** For the environment of the process under test. */
  readonly env: Readonly<Record<string, string>>
  /** Waits of each flush from now on; 0 is the disk as it is. */
  delay(ms: number): void
}

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void wait_as_told(void) {
  const char *path = getenv("SOAK_FLUSH_DELAY_FILE");
  struct stat held;
  if (path && stat(path, &held) == 0 && held.st_size > 0) usleep((useconds_t)held.st_size * 1000);
}

int fsync(int fd) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_as_told();
  return next(fd);
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_as_told();
  return next(fd);
}
`

/** Undefined where there is no C compiler. */
export function buildSlowDisk(folder: string): SlowDisk | undefined {
  const source = join(folder, 'slow-disk.c')
  const library = join(folder, 'slow-disk.so')
  const delayFile = join(folder, 'flush-delay')
  writeFileSync(source, SOURCE)
  writeFileSync(delayFile, '')
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], {
      stdio: 'ignore'
    })
  } catch {
    return undefined
  }
  return {
    env: { LD_PRELOAD: library, SOAK_FLUSH_DELAY_FILE: delayFile },
    delay: (ms) => truncateSync(delayFile, ms)
  }
}
