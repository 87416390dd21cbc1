export { SimulatorError, type SimulatorFailure } from './errors.ts'
export { createMarket, type MarketOptions, type SimulatedMarket } from './market.ts'
export type { RequestLog } from './yahoo/request-log.ts'
export { startYahooServer, type YahooServer, type YahooServerOptions } from './yahoo/yahoo-server.ts'
