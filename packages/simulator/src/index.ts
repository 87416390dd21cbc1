export { SimulatorError, type SimulatorFailure } from './errors.ts'
export type { Alteration } from './faults/bar-faults.ts'
export type {
  BarFault,
  Fault,
  FaultKind,
  FaultPlan,
  FaultRule,
  GrowingDelay,
  MarketFault,
  RandomFault,
  RequestFault,
  RequestFaultKind,
} from './faults/fault.ts'
export type { BarFaultLog, DelayLog, FaultLog, RequestFaultLog } from './faults/fault-log.ts'
export { parseFault } from './faults/fault-rule.ts'
export { createFaultSchedule, type FaultScheduleOptions, type FaultWindow } from './faults/fault-schedule.ts'
export type { Faults } from './faults/faults.ts'
export { createMarket, type MarketOptions, type SimulatedMarket } from './market.ts'
export { createReplayMarket, type ReplayOptions } from './replay-market.ts'
export { createLatency, type LatencyOptions } from './yahoo/latency.ts'
export type { RequestLog } from './yahoo/request-log.ts'
export { startYahooServer, type YahooServer, type YahooServerOptions } from './yahoo/yahoo-server.ts'
