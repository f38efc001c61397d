export { type AccessToken, accessTokensReply } from './access-tokens';
export { type Alert, alertsReply } from './alerts';
export {
  type DisasterRecovery,
  type DisasterRecoverySide,
  type DisasterRecoveryStatus,
  disasterRecoveryReply,
} from './disaster-recovery';
export { eventsReply, type ProjectEvent } from './events';
export { type Me, meReply } from './me';
export { type Metrics, type MetricsPeriod, metricsReply, type NodeMetric } from './metrics';
export type { Reading } from './parts';
export { promotionReply } from './promotion';
export {
  type Backup,
  type Integration,
  type JsonRecord,
  type Maintenance,
  type NodeState,
  type Role,
  type RoleReading,
  type Service,
  type ServiceList,
  type ServiceState,
  serviceReply,
  servicesReply,
} from './service';
export { type ListEntry, serviceListReply } from './service-list';
