// The door of the gateway: the HTTP interface of ClickHouse over the embedded engine, for reading only. It
// examines statements and speaks the protocol; it knows no table and nothing of runs.

export {
  gatewayPlugin,
  type AccessVerdict,
  type Caller,
  type GatewayOptions
} from './http/gateway-plugin.ts'
export { GATEWAY_LIMITS_DEFAULT, type GatewayLimits } from './limits.ts'
