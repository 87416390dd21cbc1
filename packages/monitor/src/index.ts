export type { Alert, AlertNotification, AlertState, AlertValue } from './alerts/alert.ts'
export { type AlertConfig, DEFAULT_ALERTS, parseAlertConfig } from './alerts/alert-config.ts'
export { AlertEngine, type AlertEngineOptions, type Evaluation, type FiringAlert } from './alerts/alert-engine.ts'
export { AlertError, type AlertFailure } from './alerts/alert-error.ts'
export {
  type AlertRule,
  type AlertRuleOptions,
  createAlertRule,
  type EscalationLevel,
  SEVERITIES,
  type Severity,
} from './alerts/alert-rule.ts'
export { type Channel, ChannelError } from './alerts/channels/channel.ts'
export {
  type ChannelsOptions,
  type ChannelSpec,
  createChannels,
  DEFAULT_CHANNELS,
  missingVariable,
} from './alerts/channels/channel-spec.ts'
export { createCommandChannel, type RunCommand } from './alerts/channels/command.ts'
export type { DeliveryOptions } from './alerts/channels/deliver.ts'
export { type DeliveryResult, Dispatcher, type DispatcherOptions } from './alerts/channels/dispatcher.ts'
export { createHeartbeat, type Heartbeat } from './alerts/channels/heartbeat.ts'
export { createPagerDutyChannel, PAGERDUTY_URL } from './alerts/channels/pagerduty.ts'
export { createSlackChannel } from './alerts/channels/slack.ts'
export { createWebhookChannel } from './alerts/channels/webhook.ts'
export { type Condition, parseCondition } from './alerts/condition.ts'
export type { Arithmetic, Comparison, ConditionNode, Dimension } from './alerts/condition-tree.ts'
export { DEFAULT_ESCALATION, DEFAULT_RULES } from './alerts/default-rules.ts'
export { parseDuration, writeDuration } from './alerts/duration.ts'
export { nearestNames } from './alerts/nearest-names.ts'
export { alertJson, lineOf, notificationJson, severityOf, titleOf, valuesOf } from './alerts/notification-text.ts'
export { type PrometheusRules, prometheusRules } from './alerts/prometheus-rules.ts'
export { type Matchers, matches, type Silence } from './alerts/silence.ts'
export type {
  BenchmarkConditions,
  BenchmarkEnd,
  BenchmarkMachine,
  BenchmarkReport,
  Trend,
} from './benchmark/benchmark-report.ts'
export type { BenchmarkSample, LiveMemory } from './benchmark/benchmark-sample.ts'
export { ReportError } from './benchmark/checks.ts'
export { type BenchmarkComparison, compareBenchmarks, type FigureComparison } from './benchmark/compare-benchmarks.ts'
export { judgeBenchmark } from './benchmark/judge-benchmark.ts'
export { memoryGrowth } from './benchmark/memory-growth.ts'
export { parseBenchmark } from './benchmark/parse-benchmark.ts'
export { type BenchmarkRun, summariseBenchmark } from './benchmark/summarise-benchmark.ts'
export { CYCLE_STEPS } from './cycle-steps.ts'
export { METRIC_NAMES, metricNamed, METRICS } from './metrics/catalogue.ts'
export type { CycleSample } from './metrics/cycle-sample.ts'
export { type LevelCoverage, levelCoverage } from './metrics/level-coverage.ts'
export {
  type EventName,
  type GaugeName,
  Measurements,
  type MeasurementsOptions,
  type Taken,
} from './metrics/measurements.ts'
export type { Metric, MetricValue, PrometheusContext, Reading } from './metrics/metric.ts'
export { formatQuantity, type MetricUnit, type Quantity, quantityOf } from './metrics/quantity.ts'
export { isDamageCode, measureCoverage, measureDamage, readCycles } from './metrics/read-measurements.ts'
export type {
  DayReport,
  ReportedFigures,
  ReportedInstrument,
  ReportedProcess,
  ReportedWatch,
} from './report/day-report.ts'
export { formatFigure } from './report/format-figures.ts'
export { type DeployCheck, judgeDay, judgeDeploy } from './report/judge-day.ts'
export { collectedIn, type DayReportOptions, makeDayReport } from './report/make-day-report.ts'
export { type NamedMetric, namedMetrics } from './report/named-metrics.ts'
export { outageCause } from './report/outage-cause.ts'
export { type ChartLibrary, readChartLibrary } from './report/page/chart-library.ts'
export { reportPage, type ReportPageOptions } from './report/page/report-page.ts'
export { parseDayReport } from './report/parse-day.ts'
export {
  watchCollector,
  type WatchObserver,
  type WatchOptions,
  type WatchSample,
  type WatchSummary,
} from './report/watch-collector.ts'
export {
  type CollectorLevels,
  collectorLevels,
  type CollectorLevelsOptions,
  type CollectorOutage,
  type InstrumentCycles,
} from './service-levels/collector-levels.ts'
export type { CycleRow } from './service-levels/cycle-row.ts'
export { expectedCycles, type Pace } from './service-levels/expected-cycles.ts'
export { incidentMarkdown } from './incident/incident-markdown.ts'
export type { IncidentEvent } from './incident/incident-timeline.ts'
export {
  type Incident,
  INCIDENT_SEVERITIES,
  incidentOf,
  type IncidentOptions,
  type IncidentSeverity,
} from './incident/incident.ts'
export { markdownCode, markdownTable, markdownText } from './incident/markdown-text.ts'
export { percentileOf } from './statistics/percentile.ts'
export { type Summary, summaryOf } from './statistics/summary.ts'
export { type NearbyLevel, type NearbyLevels, nearbyLevels } from './status/nearby-levels.ts'
export { StatusReader } from './status/status-reader.ts'
export type { Freshness, LastCycle, MarketState, OpenCount, StatusView, SuccessWindow } from './status/status-view.ts'
export { type TradingEvent, tradingEvents } from './status/trading-events.ts'
export { judge, type Judgement, type Verdict } from './targets/judge.ts'
export type { FailureKind, ReportKind, Target, TargetId, TargetSection, TargetUnit } from './targets/target.ts'
export { FAILURE_TARGETS, targetOf, TARGETS, targetsOf } from './targets/targets.ts'
export {
  type CheckId,
  type CheckVerdict,
  type MinuteCounts,
  QUALITY_CHECKS,
  type QualityCheck,
  type QualityFinding,
  type QualityReport,
  type QualityScores,
} from './quality/quality-report.ts'
export { qualityScore, SCORE_WEIGHTS } from './quality/quality-score.ts'
export { validateQuality, type ValidateOptions } from './quality/validate-quality.ts'
