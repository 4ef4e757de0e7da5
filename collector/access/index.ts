// Who may do what: keys and their scopes, made in the settings or at run time.

export { LOCAL_ACTOR, openAccess, type Access, type AccessOptions } from './access.ts'
export { parseAccessKeys, type AccessKey } from './access-keys.ts'
export type { AroundKey, CreatedKey, KeyRequest, ManagedKeys } from './managed-keys.ts'
