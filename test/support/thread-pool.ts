// For tests that keep several statements in the embedded engine at once.

/**
 * As main.ts does. Each statement holds a thread of libuv's pool, which has four unless the environment says
 * otherwise before the pool's first use: call this before anything else.
 */
export function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] = '16'
}
